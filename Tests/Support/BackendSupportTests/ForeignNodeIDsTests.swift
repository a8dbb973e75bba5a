// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Testing

/// The encoding of other programs' IDs as node IDs.
@Suite struct ForeignNodeIDsTests {
    private let ids = ForeignNodeIDs(prefix: "test-id:")

    @Test(arguments: ["a/b", "_nomad-task", "a b", "ä", "\u{0}", "plain"])
    func idsRoundTrip(_ id: String) throws {
        let encoded = try #require(ids.encoded(id))
        #expect(ids.decoded(encoded) == id)
    }

    /// If they were decoded, the node would be found with another ID.
    @Test(arguments: ["", "plain", "test-id:", "test-id:_2f", "test-id:_-0", "test-id:_", "test-id:_2", "test-id:_41"])
    func otherTextsAreNotDecoded(_ text: String) {
        #expect(ids.decoded(text) == nil)
    }
}
