"""Three days of eating, with what 100 g of each food hold in the USDA database (release 28), by its NDB number.

The sums in `HAND` were worked out with a calculator from these figures, as the line above each says: amount in 100 g x hundreds
of grams, food by food in the order in which they were eaten. A "?" was never measured.
"""

# What 100 g hold: kcal, g, mg or ug, as the library's nutrients have them.
FACTS: dict[str, dict[str, float]] = {
    "08120": {  # CEREALS,OATS,REG & QUICK,NOT FORT,DRY
        "energy": 379,
        "protein": 13.15,
        "fat": 6.52,
        "carbohydrate": 67.7,
        "fiber": 10.1,
        "magnesium": 138,
        "sodium": 6,
        "vitamin-d": 0,
        "vitamin-k": 2,
        "retinol": 0,
        "folic-acid": 0,
    },
    "09040": {  # BANANAS,RAW
        "energy": 89,
        "protein": 1.09,
        "fat": 0.33,
        "carbohydrate": 22.84,
        "fiber": 2.6,
        "magnesium": 27,
        "sodium": 1,
        "vitamin-d": 0,
        "vitamin-k": 0.5,
        "retinol": 0,
        "folic-acid": 0,
    },
    "05064": {  # CHICKEN,BROILERS OR FRYERS,BREAST,MEAT ONLY,CKD,RSTD
        "energy": 165,
        "protein": 31.02,
        "fat": 3.57,
        "carbohydrate": 0,
        "fiber": 0,
        "magnesium": 29,
        "sodium": 74,
        "vitamin-d": 0.1,
        "vitamin-k": 0.3,
        "retinol": 6,
        "folic-acid": 0,
    },
    "20037": {  # RICE,BROWN,LONG-GRAIN,CKD
        "energy": 111,
        "protein": 2.58,
        "fat": 0.9,
        "carbohydrate": 22.96,
        "fiber": 1.8,
        "magnesium": 43,
        "sodium": 5,
        "vitamin-d": 0,
        "vitamin-k": 0.6,
        "retinol": 0,
        "folic-acid": 0,
    },
    "11091": {  # BROCCOLI,CKD,BLD,DRND,WO/SALT
        "energy": 35,
        "protein": 2.38,
        "fat": 0.41,
        "carbohydrate": 7.18,
        "fiber": 3.3,
        "magnesium": 21,
        "sodium": 41,
        "vitamin-d": 0,
        "vitamin-k": 141.1,
        "retinol": 0,
        "folic-acid": 0,
    },
    "04053": {  # OIL,OLIVE,SALAD OR COOKING
        "energy": 884,
        "protein": 0,
        "fat": 100,
        "carbohydrate": 0,
        "fiber": 0,
        "magnesium": 0,
        "sodium": 2,
        "vitamin-d": 0,
        "vitamin-k": 60.2,
        "retinol": 0,
        "folic-acid": 0,
    },
    "12061": {  # ALMONDS
        "energy": 579,
        "protein": 21.15,
        "fat": 49.93,
        "carbohydrate": 21.55,
        "fiber": 12.5,
        "magnesium": 270,
        "sodium": 1,
        "vitamin-d": 0,
        "vitamin-k": 0,
        "retinol": 0,
        "folic-acid": 0,
    },
    "01129": {  # EGG,WHL,CKD,HARD-BOILED
        "energy": 155,
        "protein": 12.58,
        "fat": 10.61,
        "carbohydrate": 1.12,
        "fiber": 0,
        "magnesium": 10,
        "sodium": 124,
        "vitamin-d": 2.2,
        "vitamin-k": 0.3,
        "retinol": 148,
        "folic-acid": 0,
    },
    "18075": {  # BREAD,WHOLE-WHEAT,COMM. PREPARED
        "energy": 252,
        "protein": 12.45,
        "fat": 3.5,
        "carbohydrate": 42.71,
        "fiber": 6,
        "magnesium": 75,
        "sodium": 455,
        "vitamin-d": 0,
        "vitamin-k": 7.8,
        "retinol": 0,
        "folic-acid": 0,
    },
    "09200": {  # ORANGES,RAW,ALL COMM VAR
        "energy": 47,
        "protein": 0.94,
        "fat": 0.12,
        "carbohydrate": 11.75,
        "fiber": 2.4,
        "magnesium": 10,
        "sodium": 0,
        "vitamin-d": 0,
        "vitamin-k": 0,
        "retinol": 0,
        "folic-acid": 0,
    },
    "16015": {  # BEANS,BLACK,MATURE SEEDS,CKD,BLD,WO/SALT
        "energy": 132,
        "protein": 8.86,
        "fat": 0.54,
        "carbohydrate": 23.71,
        "fiber": 8.7,
        "magnesium": 70,
        "sodium": 1,
        "vitamin-d": 0,
        "retinol": 0,
        "folic-acid": 0,
    },
    "20137": {  # QUINOA,CKD
        "energy": 120,
        "protein": 4.4,
        "fat": 1.92,
        "carbohydrate": 21.3,
        "fiber": 2.8,
        "magnesium": 64,
        "sodium": 7,
        "vitamin-d": 0,
        "vitamin-k": 0,
        "retinol": 0,
        "folic-acid": 0,
    },
    "15237": {  # SALMON,ATLANTIC,FARMED,CKD,DRY HEAT
        "energy": 206,
        "protein": 22.1,
        "fat": 12.35,
        "carbohydrate": 0,
        "fiber": 0,
        "magnesium": 30,
        "sodium": 61,
        "folic-acid": 0,
    },
    "11457": {  # SPINACH,RAW
        "energy": 23,
        "protein": 2.86,
        "fat": 0.39,
        "carbohydrate": 3.63,
        "fiber": 2.2,
        "magnesium": 79,
        "sodium": 79,
        "vitamin-d": 0,
        "vitamin-k": 482.9,
        "retinol": 0,
        "folic-acid": 0,
    },
    "13326": {  # BEEF,VAR MEATS & BY-PRODUCTS,LIVER,CKD,BRSD
        "energy": 191,
        "protein": 29.08,
        "fat": 5.26,
        "carbohydrate": 5.13,
        "fiber": 0,
        "magnesium": 21,
        "sodium": 79,
        "vitamin-d": 1.2,
        "vitamin-k": 3.3,
        "retinol": 9428,
        "folic-acid": 0,
    },
    "11365": {  # POTATOES,BLD,CKD IN SKN,FLESH,WO/SALT
        "energy": 87,
        "protein": 1.87,
        "fat": 0.1,
        "carbohydrate": 20.13,
        "fiber": 1.8,
        "magnesium": 22,
        "sodium": 4,
        "vitamin-d": 0,
        "vitamin-k": 2.1,
        "retinol": 0,
        "folic-acid": 0,
    },
    "16126": {  # TOFU,FIRM,PREP W/CA SULFATE&MAGNESIUM CHLORIDE (NIGARI)
        "energy": 70,
        "protein": 8.19,
        "fat": 4.17,
        "carbohydrate": 1.69,
        "fiber": 0.9,
        "magnesium": 37,
        "sodium": 12,
        "vitamin-d": 0,
        "vitamin-k": 2.4,
        "retinol": 0,
        "folic-acid": 0,
    },
}

# (slot, NDB number, grams)
EATEN: dict[int, list[tuple[str, str, int]]] = {
    1: [
        ("breakfast", "08120", 80),
        ("breakfast", "09040", 120),
        ("lunch", "05064", 150),
        ("lunch", "20037", 200),
        ("lunch", "11091", 150),
        ("lunch", "04053", 10),
        ("snack", "12061", 30),
        ("dinner", "01129", 100),
        ("dinner", "18075", 70),
    ],
    2: [
        ("breakfast", "09200", 140),
        ("lunch", "16015", 200),
        ("lunch", "20137", 185),
        ("dinner", "15237", 150),
        ("dinner", "11457", 60),
    ],
    3: [
        ("lunch", "13326", 100),
        ("lunch", "11365", 250),
        ("dinner", "16126", 150),
    ],
}

# Of each day: (amount, grams of foods with a figure). The days weigh 910, 735 and 500 g.
HAND: dict[int, dict[str, tuple[float, int]]] = {
    1: {
        # 379 x 0.8 + 89 x 1.2 + 165 x 1.5 + 111 x 2 + 35 x 1.5 + 884 x 0.1 + 579 x 0.3 + 155 x 1 + 252 x 0.7
        "energy": (1525.5, 910),
        # 13.15 x 0.8 + 1.09 x 1.2 + 31.02 x 1.5 + 2.58 x 2 + 2.38 x 1.5 + 0 x 0.1 + 21.15 x 0.3 + 12.58 x 1 + 12.45 x 0.7
        "protein": (94.728, 910),
        # 6.52 x 0.8 + 0.33 x 1.2 + 3.57 x 1.5 + 0.9 x 2 + 0.41 x 1.5 + 100 x 0.1 + 49.93 x 0.3 + 10.61 x 1 + 3.5 x 0.7
        "fat": (51.421, 910),
        # 67.7 x 0.8 + 22.84 x 1.2 + 0 x 1.5 + 22.96 x 2 + 7.18 x 1.5 + 0 x 0.1 + 21.55 x 0.3 + 1.12 x 1 + 42.71 x 0.7
        "carbohydrate": (175.74, 910),
        # 10.1 x 0.8 + 2.6 x 1.2 + 0 x 1.5 + 1.8 x 2 + 3.3 x 1.5 + 0 x 0.1 + 12.5 x 0.3 + 0 x 1 + 6 x 0.7
        "fiber": (27.7, 910),
        # 138 x 0.8 + 27 x 1.2 + 29 x 1.5 + 43 x 2 + 21 x 1.5 + 0 x 0.1 + 270 x 0.3 + 10 x 1 + 75 x 0.7
        "magnesium": (447.3, 910),
        # 6 x 0.8 + 1 x 1.2 + 74 x 1.5 + 5 x 2 + 41 x 1.5 + 2 x 0.1 + 1 x 0.3 + 124 x 1 + 455 x 0.7
        "sodium": (631.5, 910),
        # 0 x 0.8 + 0 x 1.2 + 0.1 x 1.5 + 0 x 2 + 0 x 1.5 + 0 x 0.1 + 0 x 0.3 + 2.2 x 1 + 0 x 0.7
        "vitamin-d": (2.35, 910),
        # 2 x 0.8 + 0.5 x 1.2 + 0.3 x 1.5 + 0.6 x 2 + 141.1 x 1.5 + 60.2 x 0.1 + 0 x 0.3 + 0.3 x 1 + 7.8 x 0.7
        "vitamin-k": (227.28, 910),
        # 0 x 0.8 + 0 x 1.2 + 6 x 1.5 + 0 x 2 + 0 x 1.5 + 0 x 0.1 + 0 x 0.3 + 148 x 1 + 0 x 0.7
        "retinol": (157, 910),
        # 0 x 0.8 + 0 x 1.2 + 0 x 1.5 + 0 x 2 + 0 x 1.5 + 0 x 0.1 + 0 x 0.3 + 0 x 1 + 0 x 0.7
        "folic-acid": (0, 910),
    },
    2: {
        # 47 x 1.4 + 132 x 2 + 120 x 1.85 + 206 x 1.5 + 23 x 0.6
        "energy": (874.6, 735),
        # 0.94 x 1.4 + 8.86 x 2 + 4.4 x 1.85 + 22.1 x 1.5 + 2.86 x 0.6
        "protein": (62.042, 735),
        # 0.12 x 1.4 + 0.54 x 2 + 1.92 x 1.85 + 12.35 x 1.5 + 0.39 x 0.6
        "fat": (23.559, 735),
        # 11.75 x 1.4 + 23.71 x 2 + 21.3 x 1.85 + 0 x 1.5 + 3.63 x 0.6
        "carbohydrate": (105.453, 735),
        # 2.4 x 1.4 + 8.7 x 2 + 2.8 x 1.85 + 0 x 1.5 + 2.2 x 0.6
        "fiber": (27.26, 735),
        # 10 x 1.4 + 70 x 2 + 64 x 1.85 + 30 x 1.5 + 79 x 0.6
        "magnesium": (364.8, 735),
        # 0 x 1.4 + 1 x 2 + 7 x 1.85 + 61 x 1.5 + 79 x 0.6
        "sodium": (153.85, 735),
        # 0 x 1.4 + 0 x 2 + 0 x 1.85 + ? x 1.5 + 0 x 0.6
        "vitamin-d": (0, 585),
        # 0 x 1.4 + ? x 2 + 0 x 1.85 + ? x 1.5 + 482.9 x 0.6
        "vitamin-k": (289.74, 385),
        # 0 x 1.4 + 0 x 2 + 0 x 1.85 + ? x 1.5 + 0 x 0.6
        "retinol": (0, 585),
        # 0 x 1.4 + 0 x 2 + 0 x 1.85 + 0 x 1.5 + 0 x 0.6
        "folic-acid": (0, 735),
    },
    3: {
        # 191 x 1 + 87 x 2.5 + 70 x 1.5
        "energy": (513.5, 500),
        # 29.08 x 1 + 1.87 x 2.5 + 8.19 x 1.5
        "protein": (46.04, 500),
        # 5.26 x 1 + 0.1 x 2.5 + 4.17 x 1.5
        "fat": (11.765, 500),
        # 5.13 x 1 + 20.13 x 2.5 + 1.69 x 1.5
        "carbohydrate": (57.99, 500),
        # 0 x 1 + 1.8 x 2.5 + 0.9 x 1.5
        "fiber": (5.85, 500),
        # 21 x 1 + 22 x 2.5 + 37 x 1.5
        "magnesium": (131.5, 500),
        # 79 x 1 + 4 x 2.5 + 12 x 1.5
        "sodium": (107, 500),
        # 1.2 x 1 + 0 x 2.5 + 0 x 1.5
        "vitamin-d": (1.2, 500),
        # 3.3 x 1 + 2.1 x 2.5 + 2.4 x 1.5
        "vitamin-k": (12.15, 500),
        # 9428 x 1 + 0 x 2.5 + 0 x 1.5
        "retinol": (9428, 500),
        # 0 x 1 + 0 x 2.5 + 0 x 1.5
        "folic-acid": (0, 500),
    },
}

# kcal by slot, from the same figures: 379 x 0.8 + 89 x 1.2 is the first breakfast.
KCAL_BY_SLOT: dict[int, dict[str, float]] = {
    1: {"breakfast": 410, "lunch": 610.4, "snack": 173.7, "dinner": 331.4},
    2: {"breakfast": 65.8, "lunch": 486, "dinner": 322.8},
    3: {"lunch": 408.5, "dinner": 105},
}
