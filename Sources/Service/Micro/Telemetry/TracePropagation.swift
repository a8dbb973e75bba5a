// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import MicroCore
import ServiceContextModule

/// Propagates traces by headers.
enum TracePropagation {
    /// Whether the program has set up an instrument. Without one, calls need no spans.
    static var isEnabled: Bool { !(InstrumentationSystem.instrument is NoOpInstrument) }

    /// Writes a trace into headers.
    static func inject(_ context: ServiceContext, into headers: inout Headers) {
        InstrumentationSystem.instrument.inject(context, into: &headers, using: HeadersCarrier())
    }

    /// The trace context in headers. It does not inherit from the current context, even if the caller is in the same
    /// process.
    static func extract(from headers: Headers) -> ServiceContext {
        var context = ServiceContext.topLevel
        InstrumentationSystem.instrument.extract(headers, into: &context, using: HeadersCarrier())
        return context
    }
}

/// Access to headers for instruments.
private struct HeadersCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into headers: inout Headers) { headers[key] = value }

    func extract(key: String, from headers: Headers) -> String? { headers[key] }
}
