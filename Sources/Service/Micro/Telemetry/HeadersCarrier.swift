// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Instrumentation
import MicroCore

/// Lets instruments write and read headers.
struct HeadersCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into headers: inout Headers) { headers[key] = value }

    func extract(key: String, from headers: Headers) -> String? { headers[key] }
}
