"""govern: stop AI spend on Alibaba Cloud Model Studio and prove that it stopped."""

__version__ = "0.1.0"
