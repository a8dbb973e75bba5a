// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

/// Tags of a service in Consul, recorded from go-micro: its metadata, two of its endpoints and its version.
struct GoMicroTags: Sendable, CustomTestStringConvertible {
    let version: String
    let tags: [String]

    var testDescription: String { version }

    static let all = [recordedV014, recordedV10, recordedV118]

    private static let recordedV014 = GoMicroTags(
        version: "v0.14.1",
        tags: [
            "t-789caa56aacacf4b55b2524a2d55aa05040000ffff1f260451",
            "t-789caa562a294acc2b2ec82f2a51b252ca28292950aa05040000ffff4f930768",
            "t-789caa564a2acacf4e2d52b252ca28292950aa05040000ffff364d0600",
            "t-789caa562a4e2d2a4b2d52b2522a2a4856aa05040000ffff30dd0597",
            "t-789caa562a4a4dcf2c2e29aa54b2524acecf2b2ecd51aa05040000ffff560f07c8",
            "t-789caa564ac92cce56b2522a2e4e51aa05040000ffff236004b0",
            """
            e-789c5ccb4b0a02311084e1bbd45a3c40b67384394183052e92cc98ae1607c9dd2508f1b1ecfeeb7ba25a2112563bcecbd5\
            84131a6f4117d28ccb56c5c7683af6dfc7dd72d0916ae4dc87f57dabce2fbcaad1cac7cefb8f16ca2e261bd4df9b04b5207a\
            7f050000ffff4e983896
            """,
            """
            e-789cdc90b1cac2301485dfe5cefdff4117c91338eb583a5cf0580ae96dcdbd118af4ddc55aa3b4199c9d02e77c3909df8d\
            845b90a3230fff7b78df51410197083572a99d9ac31c1764439f49afec23945c99ae4d47c2d54223f50728d1fbb148f4df1b\
            fd0a2aabd888edb22fbf9a195d82d368959f6dc4b69b0c4b01da77a2587b99f3a59814afff5707c09e367ec44e0be3131b3f\
            eca805704b8eceec15348ef7000000ffffb81cc9c1
            """,
            "v-789c32d433d23306040000ffff02d700f3",
        ])

    private static let recordedV10 = GoMicroTags(
        version: "v1.0.0",
        tags: [
            "t-789caa56aacacf4b55b2524a2d55aa05040000ffff1f260451",
            "t-789caa562a294acc2b2ec82f2a51b252ca28292950aa05040000ffff4f930768",
            "t-789caa564a2acacf4e2d52b252ca28292950aa05040000ffff364d0600",
            "t-789caa562a4e2d2a4b2d52b2522a2a4856aa05040000ffff30dd0597",
            "t-789caa562a4a4dcf2c2e29aa54b2524acecf2b2ecd51aa05040000ffff560f07c8",
            "t-789caa562a28ca2fc94fcecf51b252ca2d4d2e50aa05040000ffff46a906e2",
            "t-789caa564ac92cce56b2522a2e4e51aa05040000ffff236004b0",
            """
            e-789c5ccb4b0a02311084e1bbd45a3c40b67384394183052e92cc98ae1607c9dd2508f1b1ecfeeb7ba25a2112563bcecbd5\
            84131a6f4117d28ccb56c5c7683af6dfc7dd72d0916ae4dc87f57dabce2fbcaad1cac7cefb8f16ca2e261bd4df9b04b5207a\
            7f050000ffff4e983896
            """,
            """
            e-789cdc90b1cac2301485dfe5cefdff4117c91338eb583a5cf0580ae96dcdbd118af4ddc55aa3b4199c9d02e77c3909df8d\
            845b90a3230fff7b78df51410197083572a99d9ac31c1764439f49afec23945c99ae4d47c2d54223f50728d1fbb148f4df1b\
            fd0a2aabd888edb22fbf9a195d82d368959f6dc4b69b0c4b01da77a2587b99f3a59814afff5707c09e367ec44e0be3131b3f\
            eca805704b8eceec15348ef7000000ffffb81cc9c1
            """,
            "v-789c32d433d23306040000ffff02d700f3",
        ])

    private static let recordedV118 = GoMicroTags(
        version: "v1.18.0",
        tags: [
            "t-789caa562a28ca2fc94fcecf51b252ca2d4d2e50aa05040000ffff46a906e2",
            "t-789caa564ac92cce56b2522a2e4e51aa05040000ffff236004b0",
            "t-789caa56aacacf4b55b2524a2d55aa05040000ffff1f260451",
            "t-789caa562a294acc2b2ec82f2a51b252ca28292950aa05040000ffff4f930768",
            "t-789caa564a2acacf4e2d52b252ca28292950aa05040000ffff364d0600",
            "t-789caa562a4e2d2a4b2d52b252ca2d4d2e50aa05040000ffff37200607",
            "t-789caa562a4a4dcf2c2e29aa54b2524acecf2b2ecd51aa05040000ffff560f07c8",
            """
            e-789c5ccb4b0a02311084e1bbd45a3c40b67384394183052e92cc98ae1607c9dd2508f1b1ecfeeb7ba25a2112563bcecbd5\
            84131a6f4117d28ccb56c5c7683af6dfc7dd72d0916ae4dc87f57dabce2fbcaad1cac7cefb8f16ca2e261bd4df9b04b5207a\
            7f050000ffff4e983896
            """,
            """
            e-789c84cd410ac2301085e1bbbc75f10039816b5d8a8b011f4598a63533114ac9ddc55a8218a1abc03f2f7c0ba20c44c059\
            e6c391aa233a243e32cd11ea75bd9cb6dcc1e7e94f7d8a661ac2a57e5b9f3a374ff7d87f0d63562dd7f2066d1aa3b115b7fe\
            4bd6dc9a7d22fde3ecba035d6ee282b094f20a0000ffff73135bb8
            """,
            "v-789c32d433d23306040000ffff02d700f3",
        ])
}
