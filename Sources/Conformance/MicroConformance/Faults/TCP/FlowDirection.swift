// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// One of the two directions of a connection.
enum FlowDirection: Hashable {
    case toServer
    case toClient
}

extension NetworkFault.Direction {
    func includes(_ flowDirection: FlowDirection) -> Bool {
        switch self {
        case .toServer: flowDirection == .toServer
        case .toClient: flowDirection == .toClient
        case .both: true
        }
    }
}
