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
    "ch2_attention": {
        *("13.93", "21.50", "17.82", "26.75"),
        *("25.9", "30.6"),
        *("6.1", "6.4", "6.7", "18.6", "17.3"),
    },
    "ch3_lstm": {"0.003", "0.01", "0.02", "0.04", "0.4"},
    "ch4_gru": {"0.01"},  # a threshold
    "ch5_transformer": {
        "0.01",  # a threshold
        "1.6",  # Xiong et al. 2020, Figure 3
        "8.45",  # and their section 3.2
        "24.9",  # Vaswani et al. 2017, Table 3
        "25.3",
        "25.4",
        "25.5",
        "25.8",
        "26.36",  # Table 2
        "28.4",
        "40.56",
        "41.0",
        "41.29",
        "41.8",
        "0.02",  # set-up: learning rate, label smoothing
        "0.1",
        "5.3",  # sections of the paper
        "3.2",
        "3.5",
    },
    "ch6_comparison": {"0.003", "0.01", "0.5", "0.95", "1.4", "3.5", "28.4"},
}
