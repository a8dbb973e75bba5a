// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Testing

/// The limit on the dedicated connections of watches.
@Suite(.timeLimit(.minutes(1))) struct DedicatedConnectionLimitTests {
    @Test func connectionsBeyondTheLimitAreRefused() async {
        let limit = DedicatedConnectionLimit(1)
        let gotFirst = await limit.withConnection {
            #expect(await !limit.withConnection {})
        }
        #expect(gotFirst)
        #expect(await limit.withConnection {})
    }
}
