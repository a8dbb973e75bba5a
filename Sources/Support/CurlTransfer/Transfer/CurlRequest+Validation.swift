// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension CurlRequest {
    /// Checks the request. libcurl does not: it would send a line break in a header as a second header, or as a second
    /// request.
    ///
    /// - Throws: `CurlError` of kind `invalidRequest`, `invalidURL` or `timedOut`, whose message contains no values.
    func validate() throws(CurlError) {
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenByte) else {
            throw CurlError(kind: .invalidRequest, message: "the method is not an HTTP token")
        }
        guard method != "HEAD" || body == nil else {
            throw CurlError(kind: .invalidRequest, message: "a HEAD request has no body")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw CurlError(kind: .invalidURL, message: "the URL contains a space or a control character")
        }
        // libcurl guesses a missing scheme from the host name.
        guard url.hasHTTPScheme else {
            throw CurlError(kind: .invalidURL, message: "the URL does not start with http:// or https://")
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else {
                throw CurlError(kind: .invalidRequest, message: "a header's name is not an HTTP token")
            }
            guard value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw CurlError(
                    kind: .invalidRequest, message: "the value of header \(name) contains a control character")
            }
            guard !Self.framingHeaders.contains(name.lowercased()) else {
                throw CurlError(kind: .invalidRequest, message: "header \(name) cannot be set: it depends on the body")
            }
        }
        guard timeout > .zero else {
            throw CurlError(kind: .timedOut, message: "the time limit expired before the request was sent")
        }
    }

    private static let framingHeaders: Set<String> = ["content-length", "transfer-encoding", "expect"]
}

extension String {
    fileprivate var hasHTTPScheme: Bool {
        let start = utf8.prefix(8).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return start.starts(with: "http://".utf8) || start.starts(with: "https://".utf8)
    }
}

extension UInt8 {
    /// Whether the byte is a `tchar` of RFC 9110, section 5.6.2.
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
