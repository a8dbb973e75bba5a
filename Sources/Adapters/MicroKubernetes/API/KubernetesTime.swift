// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An instant in microseconds since 1970, the resolution of the API server.
struct ServerTime: Sendable, Hashable, Comparable {
    let microseconds: Int64

    static func < (left: ServerTime, right: ServerTime) -> Bool { left.microseconds < right.microseconds }

    /// The time after `earlier`.
    func duration(since earlier: ServerTime) -> Duration {
        .microseconds(microseconds) - .microseconds(earlier.microseconds)
    }
}

extension ServerTime {
    /// Kubernetes' `MicroTime`: RFC 3339 with six decimals, in UTC.
    var microTime: String {
        let (seconds, fraction) = (microseconds.flooredQuotient(1_000_000), microseconds.flooredRemainder(1_000_000))
        let (days, time) = (seconds.flooredQuotient(86_400), seconds.flooredRemainder(86_400))
        let date = CivilDate(daysSince1970: days)
        let clock = [time / 3600, time / 60 % 60, time % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))T\(clock)."
            + "\(Self.padded(fraction, 6))Z"
    }

    /// Reads RFC 3339 in UTC with any number of decimals; nil for other text and for years outside of 1970…9999.
    init?(rfc3339 text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].last == UInt8(ascii: "Z") else { return nil }
        let date = parts[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let time = parts[1].dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard date.count == 3, time.count <= 2, let clock = time.first.flatMap(Self.secondOfDay),
            let year = Self.number(date[0], digits: 4), let month = Self.number(date[1], digits: 2),
            let day = Self.number(date[2], digits: 2), let days = CivilDate(year, month, day)?.daysSince1970
        else { return nil }
        var fraction: Int64 = 0
        if time.count == 2 {
            let digits = Array(time[1].prefix(6))
            guard time[1].count <= 9, let value = Self.number(digits[...], digits: digits.count) else { return nil }
            fraction = (digits.count..<6).reduce(value) { result, _ in result * 10 }
        }
        microseconds = (days * 86_400 + clock) * 1_000_000 + fraction
    }

    /// Reads an HTTP date (RFC 9110, section 5.6.7): `Sat, 28 Nov 2026 22:32:30 GMT`. Nil for other text.
    init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
            let day = Self.number(parts[1].utf8, digits: 2), let year = Self.number(parts[3].utf8, digits: 4),
            let clock = Self.secondOfDay(parts[4].utf8),
            let days = CivilDate(year, Int64(month) + 1, day)?.daysSince1970
        else { return nil }
        microseconds = (days * 86_400 + clock) * 1_000_000
    }

    private static func secondOfDay(_ text: some Collection<UInt8>) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .compactMap { number($0, digits: 2) }
        guard parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] <= 60 else { return nil }
        return parts[0] * 3600 + parts[1] * 60 + parts[2]
    }

    private static func number(_ text: some Collection<UInt8>, digits: Int) -> Int64? {
        guard text.count == digits, digits > 0, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A date of the Gregorian calendar.
private struct CivilDate {
    let year, month, day: Int64

    /// Nil for a date that does not exist, and for a year before 1970.
    init?(_ year: Int64, _ month: Int64, _ day: Int64) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    // Both conversions count days in years that begin in March, in eras of 400 years
    // (https://howardhinnant.github.io/date_algorithms.html).

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = (shifted.flooredQuotient(146_097), shifted.flooredRemainder(146_097))
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shiftedYear.flooredQuotient(400), shiftedYear.flooredRemainder(400))
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 { (self - flooredRemainder(divisor)) / divisor }

    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
