// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Dates as text (RFC 3339).
enum RFC3339 {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The text of a date in UTC with milliseconds, such as `2026-11-28T22:00:00.000Z`.
    static func text(of date: Date) -> String { date.formatted(style) }

    /// Reads a date with any offset and any number of fractional digits; nil for any other text.
    static func date(from text: String) -> Date? {
        let text = text.uppercased()
        // The format style does not read every number of fractional digits.
        guard let point = text.firstIndex(of: ".") else { return try? Date(text, strategy: .iso8601) }
        let digits = text[text.index(after: point)...].prefix(while: \.isNumber)
        guard !digits.isEmpty, digits.utf8.count <= 18, let fraction = Double("0." + digits),
            let whole = try? Date(text.replacingCharacters(in: point..<digits.endIndex, with: ""), strategy: .iso8601)
        else { return nil }
        return whole.addingTimeInterval(fraction)
    }
}
