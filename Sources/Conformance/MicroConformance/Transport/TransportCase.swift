// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A case of the transport contract.
///
/// Some IDs of the catalog are not used: T03 and the trailers of T13 do not apply, since bodies are never absent and
/// there are no trailers in this contract; T42 to T49 are about clients and servers, not about transports.
public typealias TransportCase = ConformanceCase<TransportTestContext>

extension TransportCase {
    /// All cases of the transport contract, in the order of their IDs.
    public static let all: [TransportCase] = ordered([
        bodies, headers, errors, deadlines, cancellation, streams, streamTermination, badPeers, networkFaults, tls,
        listeners, shutdown, models, callDetails, listenerDetails, streamDetails,
    ])
}
