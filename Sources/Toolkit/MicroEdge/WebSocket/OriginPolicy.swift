// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Which pages may open a WebSocket. Browsers do not enforce CORS for WebSockets, but send the origin of the page.
enum OriginPolicy {
    /// Whether a request comes from no page, from a page of the same host, or from one that CORS allows.
    static func allows(_ request: Request, _ cors: CORSPolicy?) -> Bool {
        guard let origin = request.headers[.origin] else { return true }
        if let cors, cors.allows(origin) { return true }
        guard let scheme = origin.firstRange(of: "://"), let host = request.head.authority else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }
}
