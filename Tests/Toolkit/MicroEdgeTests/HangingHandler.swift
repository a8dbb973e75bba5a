// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import TestSupport

/// A handler that runs until it is cancelled.
struct HangingHandler: Sendable {
    /// The number of requests.
    let requests = Counter()
    /// The number of requests that were cancelled.
    let cancellations = Counter()

    /// Responds to no request.
    func respond() async throws -> Response {
        requests.add()
        do { try await Task.sleep(for: .seconds(300)) } catch {
            cancellations.add()
            throw error
        }
        return Response(status: .ok)
    }
}
