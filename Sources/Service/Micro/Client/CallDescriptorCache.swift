// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The call descriptors of a client.
final class CallDescriptorCache: Sendable {
    private struct Key: Hashable {
        let service: String
        let endpoint: String
        let request: ObjectIdentifier
        let response: ObjectIdentifier
    }

    /// The maximum number of descriptors that are cached and have metrics of their own. Names may come from outside, so their
    /// number has to be bounded.
    static let maxDescriptors = 1024

    private let codecs: Codecs
    private let overflowMetrics = CallMetrics(.client, method: CallMetrics.otherMethod)
    private let descriptors = Mutex<[Key: any Sendable]>([:])

    init(codecs: Codecs) { self.codecs = codecs }

    /// The descriptor of an endpoint for two message types.
    func descriptor<Request, Response>(_ service: String, _ endpoint: String) -> CallDescriptor<Request, Response> {
        let key = Key(
            service: service, endpoint: endpoint, request: ObjectIdentifier(Request.self),
            response: ObjectIdentifier(Response.self))
        return descriptors.withLock { descriptors in
            if let descriptor = descriptors[key] as? CallDescriptor<Request, Response> { return descriptor }
            guard descriptors.count < Self.maxDescriptors else {
                return CallDescriptor(endpoint, codecs: codecs, metrics: overflowMetrics)
            }
            let descriptor = CallDescriptor<Request, Response>(
                endpoint, codecs: codecs, metrics: CallMetrics(.client, service, endpoint))
            descriptors[key] = descriptor
            return descriptor
        }
    }
}
