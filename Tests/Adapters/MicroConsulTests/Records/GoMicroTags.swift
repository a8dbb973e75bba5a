// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Tags recorded from go-micro v1.0.0: of a service, and of a subscriber of its HTTP broker.
enum GoMicroTags {
    static let greeter = [
        "t-789caa564a2acacf4e2d52b252ca28292950aa05040000ffff364d0600",
        "t-789caa562a4e2d2a4b2d52b2522a2a4856aa05040000ffff30dd0597",
        "t-789caa562a4a4dcf2c2e29aa54b2524acecf2b2ecd51aa05040000ffff560f07c8",
        "t-789caa562a28ca2fc94fcecf51b252ca2d4d2e50aa05040000ffff46a906e2",
        "t-789caa562a4a4dcfcccf53b2524a2d55aa05040000ffff2a2c0519",
        "t-789caa562a294acc2b2ec82f2a51b252ca28292950aa05040000ffff4f930768",
        "v-789cca492c492d2e01040000ffff08cc028e",
        "e-789cdc90b1eac2301087dfe5e6feff832e9217d0d9b57438f06729a469bdbb08227d7769ad51da0cce4e81efbe5cc277a7"
            + "c02dc8d15e0083fc1fe07d4705092e116ae492314d8e332ec86e7d865ed94728b9325d9b8ea4ab4913ea0f3144ef8722d97f"
            + "6ff52ba9ac62136c977df93599d5a5382dadf26b9b60db4dc62581f65d50acbbcc7c1926e1f5ffea31f9b3c68fd469617c62"
            + "e3b18e9a805b727466afa06178040000ffffa215cb62",
        "e-789c8cd041cac2301005e0bbbc75fe7fa11bc901c4b5dbd2455a070da4d39a9914447a7769ad51240b5781375f26e4ddc1"
            + "ae2358ec13b73088744d240a9b07070aa13faeb181de86423aba904860ab7c6d3932178d9ecf1f90530893c9faef4d7f4255"
            + "9d3cebaef8f26bb2d26fb82cadcb6b3deb7653b0882443cf42cfc8a0237527a76eee4952236df40d4558684ccbb7fbc1b7b0"
            + "a09158e5ff32b785697a040000ffff03737933",
    ]

    static let subscriber = [
        "t-789caa562a4e4d2e2d4a55b2524a4bcc294e55aa05040000ffff3c75064d",
        "v-789c4a4bd3cb282929d04b2aca4f4c494e2c2e01040000ffff39d7069c",
    ]
}
