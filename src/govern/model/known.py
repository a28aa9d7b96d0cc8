"""What bills have been seen to hold, as closed lists: whatever else they hold is shown as new.

Nothing on these lists means anything more than what isn't, and nothing new is an error.
"""

from __future__ import annotations

from govern.model.meaning import CHANNEL_LABELS, REGIONS
from govern.model.words import UNITS

#: Documented on Alibaba's pages and in the addresses of its console, or observed in public code.
COMMODITIES = (
    "sfm_inference_public_cn",
    "sfm_inferenceHH_public_cn",
    "sfm_training_public_cn",
    "sfm_deployment_public_cn",
    "sfm_GenAI_spn_cn",
    "sfm_llminference_spn_public_cn",
    "sfm_VideoAndImage_spn_cn",
    "sfm_VoiceModel_spn_cn",
    "sfm_embeddingrerank_spn_cn",
    "sfm_llminference_dp_cn",
    "sfm_llminference_dp2_cn",
    "sfm_llminference_dp3_cn",
    "sfm_qwenimage_dp_cn",
    "sfm_qwenimageplus_dp_cn",
    "sfm_tokenplansoloaddon_public_cn",
    *(
        f"sfm_{plan}_{site}"
        for plan in (
            "codingplan_public",
            "tokenplanteams_dp",
            "tokenplanteamsaddon_dp",
            "tokenplansolo_public",
            "tokenplanpersonal_dp",
        )
        for site in ("cn", "intl")
    ),
)

#: Meters without their tier: from the price pages, from public readers, and from two exports in a
#: public repository (``images``, ``times``, and a video's resolution in the meter's place).
METERS = "|".join(
    (
        r"((thinking_)?(in|out)put_token|(text|vision|audio|omni_audio)_input_token"
        r"|(purein_text|multiin_text|multi|tts|qwen_tts_multi)_output_token|omni_no_audio_.+"
        r"|embedding_(image_)?token|translate_.+_token)(_batch(_chat)?|_cache(_read|_creation_5m)?)*",
        r"(tts_text|cosy_tts|image|image_detect)_number|content_duration|audio_tts",
        r"image_(type_[124]k|standard|thinking)|images|times|generation_3d_.+",
        r"video_ratio(_(360p|480p|540p|720p|1080p|pro))?|[0-9]{3,4}[pP]",
    )
)

CHANNELS = tuple(CHANNEL_LABELS)
REGION_IDS = tuple(REGIONS)
UNIT_NAMES = UNITS
