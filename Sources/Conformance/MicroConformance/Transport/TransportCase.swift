// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the transport contract.
///
/// T03 (an absent body told apart from an empty one) has no place in this contract, whose bodies are always there, and
/// neither have the trailers of T13. T42–T49 are about clients and servers, not about transports.
public typealias TransportCase = ConformanceCase<TransportTestContext>

extension TransportCase {
    /// The whole catalogue, in the order of the IDs.
    public static let all: [TransportCase] =
        [
            bodies, headers, errors, streams, streamTermination, deadlines, peers, networkFaults, lifecycle,
            credentials,
        ].flatMap(\.self)
        .sorted { $0.id < $1.id }
}
