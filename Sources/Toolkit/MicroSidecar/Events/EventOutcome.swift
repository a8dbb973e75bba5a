// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore

/// What happens to an event after its delivery to an app.
enum EventOutcome: Sendable, Equatable {
    /// The app has handled it.
    case handled
    /// The app has refused the event, which is not delivered again.
    case refused(String)
    /// The app has failed. The event is delivered again, and this delivery counts as an attempt.
    case failed(String)
    /// The app was not reached. The event is delivered again, and this delivery does not count as an attempt.
    case unreachable(String)

    private struct Response: Decodable { let status: String? }

    /// The outcome of a response: 2xx acknowledges, 408, 425, 429 and 5xx ask for another delivery, and other statuses refuse the
    /// event. The JSON `{"status":"RETRY"}` or `{"status":"DROP"}` in a 2xx response does the same.
    init(status: Int, body: ByteBuffer) {
        switch status {
        case 200..<300:
            switch Self.status(in: body) {
            case "RETRY": self = .failed("the app asked for another delivery")
            case "DROP": self = .refused("the app asked to drop the event")
            default: self = .handled
            }
        case 408, 425, 429, 500..<600: self = .failed("the app responded with the status \(status)")
        default: self = .refused("the app responded with the status \(status)")
        }
    }

    /// The outcome of a request without a response. An app that has received the request may have ended because of it.
    init(_ error: MicroError) {
        self = error.code == .unavailable && error.isSafeToRetry ? .unreachable(error.message) : .failed(error.message)
    }

    private static func status(in body: ByteBuffer) -> String? {
        guard body.readableBytes <= 4096, body.readableBytesView.first == UInt8(ascii: "{") else { return nil }
        return (try? JSONDecoder().decode(Response.self, from: Data(body.readableBytesView)))?.status
    }
}
