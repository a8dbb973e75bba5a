// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import CurlTransfer
package import MicroCore

extension CurlTransfer {
    /// How many short requests one client has under way at once. Each takes a connection: Consul closes those of a client
    /// beyond 200, and hundreds of heartbeats at once are no faster than these.
    package static let maxConcurrentShortRequests = 16

    /// Sends a short request, once it is its turn. Its timeout holds for the wait as well.
    ///
    /// - Throws: ``MicroCore/MicroError``, `CancellationError`.
    package func perform(_ request: CurlRequest, at server: BackendServer, requestSemaphore: AsyncSemaphore)
        async throws -> CurlResponse
    {
        let (timeout, deadline) = (request.timeout, ContinuousClock.now + request.timeout)
        let busy = CurlError(kind: .timedOut, message: "too many requests were under way")
        do {
            return try await requestSemaphore.withPermit(
                by: deadline, orThrow: MicroError(busy, at: server, timeout: timeout)
            ) {
                var request = request
                request.timeout = deadline - .now
                request.connectTimeout = min(request.connectTimeout, request.timeout)
                return try await perform(request)
            }
        } catch let error as CurlError {
            throw MicroError(error, at: server, timeout: timeout)
        }
    }
}
