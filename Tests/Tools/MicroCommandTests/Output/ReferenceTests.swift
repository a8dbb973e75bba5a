// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct ReferenceTests {
    @Test func referenceAndManPageMatchTheHelpTexts() async throws {
        let check = try await MicroTool.run("/bin/bash", ["scripts/check-reference", MicroTool.path])
        #expect(check.status == 0, "\(check.text)")
    }
}
