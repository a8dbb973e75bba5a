// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let credentials = [
        TransportCase(
            "T50", .capability, "Over TLS the right ones are served, and who trusts another authority fails closed",
            motive: "TLS without verification is none.", hooks: [.tls]
        ) { trial in
            let calls = CallCounter()
            let listener = try await trial.serve { request in
                calls.add()
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            try trial.expect(try await trial.call("hello", at: listener.address), is: "hello", "the answer")
            let stranger = try await trial.makeTransport { $0.trust = .wrongAuthority }
            let error = try await trial.expectError(.unavailable, .unauthenticated, from: "trusting another authority")
            {
                try await trial.call(at: listener.address, by: stranger)
            }
            try trial.expect(error.isSafeToRetry, "nothing was sent, so that it is safe to retry")
            if trial.harness.credentials.contains(.wrong) {
                let unknown = try await trial.makeTransport { $0.credentials = .wrong }
                try await trial.expectError(.unavailable, .unauthenticated, from: "a certificate that nobody knows") {
                    try await trial.call(at: listener.address, by: unknown)
                }
            }
            try trial.expect(calls.value, is: 1, "the number of calls that have come")
        }
    ]
}
