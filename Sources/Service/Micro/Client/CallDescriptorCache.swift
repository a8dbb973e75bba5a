// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The call descriptors of a client.
final class CallDescriptorCache: Sendable {
    private struct Key: Hashable {
        let service: String
        let endpoint: String
        let request: ObjectIdentifier
        let response: ObjectIdentifier
        /// Whether the endpoint has its own codecs.
        let hasCodecs: Bool
    }

    /// The maximum number of descriptors that are cached and have their own metrics. Names may come from outside, so
    /// their number has to be bounded.
    static let maxDescriptors = 1024

    private let codecs: Codecs
    private let overflowMetrics = CallMetrics(.client, method: CallMetrics.otherMethod)
    private let descriptors = Mutex<[Key: any Sendable]>([:])

    init(codecs: Codecs) { self.codecs = codecs }

    /// The metrics of an endpoint that is called with encoded messages.
    func metrics(_ service: String, _ endpoint: String) -> CallMetrics {
        let descriptor: CallDescriptor<ByteBuffer, ByteBuffer> = descriptor(service, endpoint)
        return descriptor.metrics
    }

    /// The descriptor of an endpoint for two message types.
    ///
    /// - Parameter ownCodecs: Codecs for types that no codec of the client supports. They are the same in all calls.
    func descriptor<Request, Response>(
        _ service: String, _ endpoint: String, ownCodecs: [any Codec] = []
    ) -> CallDescriptor<Request, Response> {
        let key = Key(
            service: service, endpoint: endpoint, request: ObjectIdentifier(Request.self),
            response: ObjectIdentifier(Response.self), hasCodecs: !ownCodecs.isEmpty)
        return descriptors.withLock { descriptors in
            if let descriptor = descriptors[key] as? CallDescriptor<Request, Response> { return descriptor }
            guard descriptors.count < Self.maxDescriptors else {
                return CallDescriptor(endpoint, codecs: codecs.extended(by: ownCodecs), metrics: overflowMetrics)
            }
            let descriptor = CallDescriptor<Request, Response>(
                endpoint, codecs: codecs.extended(by: ownCodecs), metrics: CallMetrics(.client, service, endpoint))
            descriptors[key] = descriptor
            return descriptor
        }
    }
}
