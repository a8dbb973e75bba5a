// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// The codec around the handlers, in one place so that it can be replaced.
extension ChannelPipeline.SynchronousOperations {
    func addHTTPClient(_ handler: HTTPClientHandler) throws {
        var encoding = HTTPRequestEncoder.Configuration()
        // The wire's fields say the length already.
        encoding.automaticallySetFramingHeaders = false
        let decoder = HTTPResponseDecoder(limitConfiguration: .init(handler.configuration))
        try addHandlers([HTTPRequestEncoder(configuration: encoding), ByteToMessageHandler(decoder), handler])
    }

    func addHTTPServer(_ handler: HTTPServerHandler) throws {
        var encoding = HTTPResponseEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        let decoder = HTTPRequestDecoder(limitConfiguration: .init(handler.configuration))
        try addHandlers([HTTPResponseEncoder(configuration: encoding), ByteToMessageHandler(decoder), handler])
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    fileprivate init(_ configuration: HTTPConfiguration) {
        self.init()
        maxHeaderFieldSize = configuration.largestHeader
        maxHeaderListSize = configuration.largestHeader
        maxHeaderFieldCount = HTTPWire.largestCount
    }
}
