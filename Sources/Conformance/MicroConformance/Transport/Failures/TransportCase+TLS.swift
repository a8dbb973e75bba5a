// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let tls = [
        TransportCase(
            "T50", .capability,
            "Over TLS, valid clients are served; unknown authorities and unknown client certificates are refused.",
            rationale: "TLS without verification gives no protection.", hooks: [.tls]
        ) { context in
            let calls = CallCounter()
            let listener = try await context.serve { request in
                calls.add()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try context.expect(try await context.call("hello", at: listener.address), is: "hello", "the response")
            let untrustingClient = try await context.makeTransport { $0.trust = .wrongAuthority }
            let error = try await context.expectError(
                .unavailable, .unauthenticated, from: "a client that trusts another authority"
            ) {
                try await context.call(at: listener.address, by: untrustingClient)
            }
            try context.expect(error.isSafeToRetry, "a call that was not sent is safe to retry")
            if context.harness.credentials.contains(.wrong) {
                let unknownClient = try await context.makeTransport { $0.credentials = .wrong }
                try await context.expectError(
                    .unavailable, .unauthenticated, from: "a client with an unknown certificate"
                ) {
                    try await context.call(at: listener.address, by: unknownClient)
                }
            }
            try context.expect(calls.value, is: 1, "the number of calls that reached the service")
        }
    ]
}
