"""Decimals that a chapter's prose may state without a cell behind them.

They are the set-up of an experiment, or a figure of the source cited beside it.
"""

STATED = {
    "ch0_sequences": {"1.75", "0.6", "1.3", "1.4"},
    "ch1_rnn": {
        "1.0",
        "2.2",
        "3.0",
        "4.1",
        "0.98",
        "0.1",
        "1.41",
        "1.50",
        "0.6",
        "1.3",
    },
    "ch2_attention": set(),
    "ch3_lstm": set(),
    "ch4_gru": set(),
    "ch5_transformer": set(),
    "ch6_comparison": {"0.003", "0.01", "0.5", "0.95", "1.4", "3.5", "28.4"},
}
