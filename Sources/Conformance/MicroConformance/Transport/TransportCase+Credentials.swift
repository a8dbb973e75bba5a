// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let credentials = [
        TransportCase(
            "T50", .capability, "Over TLS the right ones are served, and who trusts another authority fails closed",
            rationale: "TLS without verification is none.", hooks: [.tls]
        ) { context in
            let calls = CallCounter()
            let listener = try await context.serve { request in
                calls.add()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try context.expect(try await context.call("hello", at: listener.address), is: "hello", "the answer")
            let untrustingClient = try await context.makeTransport { $0.trust = .wrongAuthority }
            let error = try await context.expectError(
                .unavailable, .unauthenticated, from: "trusting another authority"
            ) {
                try await context.call(at: listener.address, by: untrustingClient)
            }
            try context.expect(error.isSafeToRetry, "nothing was sent, so that it is safe to retry")
            if context.harness.credentials.contains(.wrong) {
                let unknown = try await context.makeTransport { $0.credentials = .wrong }
                try await context.expectError(.unavailable, .unauthenticated, from: "a certificate that nobody knows") {
                    try await context.call(at: listener.address, by: unknown)
                }
            }
            try context.expect(calls.value, is: 1, "the number of calls that have come")
        }
    ]
}
