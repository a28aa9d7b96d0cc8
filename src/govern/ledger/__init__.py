"""The bill reduced to exact sums, and the look-up of single rows behind them."""
