"""What the example company's bill says, as literal constants.

Worked out by a script of its own (csv and Decimal, no code of govern), whose rules stand beside
each figure; columns are named by their Chinese headings. A charge is a row with 产品Code = sfm;
money is 应付金额（含税）; `usage` means 费用类型 = 云资源按量费用. All CNY.
"""

from __future__ import annotations

# Lines below the header; those whose 产品Code is sfm; the rest (ecs and oss, 30 days each).
ROWS = 6146
CHARGES = 6086
OTHER_ROWS = 60

# Sum over the charges. Month-end rounding makes it end on a fen.
BILLED = "5318.22"
# Sum of 目录总价 over the charges: 1.343329 more, the tenth taken off the 40 speech rows.
LISTED = "5319.563329"
# 30 x (31.68 + 2.0475).
OTHER_BILLED = "1011.825"

# Charges whose Instance ID has fewer than five parts by `;` and is no `workspace!region!job`:
# 17 deployment days, 1 coding plan, 2 token plan rows, 1 rounding row without an id.
UNPARSED = 21
# 17 x 20 + 200 + 198 - 198 - 0.0060702.
UNPARSED_BILLED = "539.9939298"

# (charges, sum) by 商品Code; `batch` is the part of sfm_inference_public_cn whose Instance ID
# contains `_batch`. The rounding row and both corrections stand under inference by their code.
BY_SERVICE = {
    "inference": (6053, "4689.12"),
    "coding_plan": (1, "200"),
    "deployment": (17, "340"),
    "training": (1, "86.4"),
    "batch": (12, "2.7"),
    "token_plan": (2, "0"),
}

# (charges, sum) by 费用类型: usage, 订阅预付费用, and 调账 + 订阅退订 + 抹零费用.
BY_CATEGORY = {
    "usage": (6080, "5133.9260702"),
    "purchase": (2, "398"),
    "adjustment": (4, "-213.7060702"),  # -12.5 - 3.2 - 198 - 0.0060702
}

# (charges, sum) by 地域Code over the charges.
BY_REGION = {
    "cn-beijing": (5478, "5286.0772627"),
    "ap-southeast-1": (488, "26.9016237"),
    "cn-hongkong": (120, "5.2411136"),
}

# Distinct second parts of Instance IDs (first part of the training id), and distinct numeric first
# parts. Two of the workspaces are retired.
WORKSPACES = 11
API_KEYS = 41

# Usage rows by first and second part: (key, workspace, charges, sum), dearest first. Only the first
# has a correction too (-12.5), with which it comes to 4456.5307408.
TOP_KEYS = [
    ("2000003", "llm-p1chatbot", 840, "4469.0307408"),
    ("2000001", "llm-p1chatbot", 663, "69.310512"),
    ("2000008", "llm-s1support", 395, "35.942466"),
    ("2000010", "llm-x1research", 180, "35.3086503"),
    ("2000011", "llm-x1research", 160, "19.6001772"),
]

# Usage rows whose fifth part is `bmp`, by workspace: (charges, sum, first, last 消费时间).
PLAYGROUND = {"llm-m1marketing": (154, "4.2910848", "2026-09-01 11:19", "2026-09-30 14:15")}

# Usage rows whose first part is there and empty, and whose channel isn't `bmp`: (charges, sum).
WITHOUT_A_KEY = {"llm-s1support": (5, "1.636839"), "llm-m1marketing": (72, "0.0664626")}

# Usage rows since 2026-09-01 with a retired workspace as second part: (charges, sum, first, last).
# All of them carry key 2000017. llm-r5retired02 has one row, a correction of -3.2, and no usage.
RETIRED = {"llm-r4retired01": (128, "4.1511024", "2026-09-01 22:17", "2026-09-30 22:47")}

# Usage rows whose third part is on no line of policies/models.yaml: (charges, sum, first, last).
OFF_THE_LIST = {"MiniMax-M2.5": (180, "35.3086503", "2026-09-01 10:10", "2026-09-30 07:56")}
