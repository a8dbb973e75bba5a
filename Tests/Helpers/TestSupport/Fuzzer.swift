// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Makes malformed inputs from valid inputs. The results depend only on the seed.
package struct Fuzzer: RandomNumberGenerator, Sendable {
    /// Inputs that parsers often handle wrongly.
    private static let fragments: [[UInt8]] = [
        [], [0], [0xFF], [0x0A], [0x0D, 0x0A], [0xC3, 0x28], [0xED, 0xA0, 0x80], Array("\"".utf8), Array("\\".utf8),
        Array("\\u0000".utf8), Array("\\uD800".utf8), Array("{".utf8), Array("[".utf8), Array("}]".utf8),
        Array(",".utf8),
        Array("null".utf8), Array("true".utf8), Array("-1".utf8), Array("1e999".utf8),
        Array("9223372036854775807".utf8), Array("18446744073709551616".utf8), Array("\"\":".utf8),
        [UInt8](repeating: 0x5B, count: 40),
    ]

    private var state: UInt64

    /// Creates a fuzzer with a seed.
    package init(seed: UInt64) { state = seed }

    /// The next number of SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below a bound, which must be positive.
    package mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Applies one to four mutations: bytes are replaced, inserted, removed or repeated, or the input is truncated.
    package mutating func mutated(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0...number(below: 4) {
            let position = number(below: bytes.count + 1)
            let end = min(position + number(below: 8), bytes.count)
            switch number(below: 6) {
            case 0 where position < bytes.count: bytes[position] = UInt8(truncatingIfNeeded: next())
            case 1 where position < bytes.count: bytes[position] ^= 1 << UInt8(number(below: 8))
            case 2: bytes.replaceSubrange(position..<end, with: Self.fragments[number(below: Self.fragments.count)])
            case 3: bytes.insert(contentsOf: bytes[position..<end], at: position)
            case 4: bytes.insert(contentsOf: Self.fragments[number(below: Self.fragments.count)], at: position)
            default: if number(below: 4) == 0 { bytes.removeSubrange(position...) }
            }
        }
        return bytes
    }

    /// Splits the input into chunks of random length; some are empty.
    package mutating func chunks(of input: [UInt8]) -> [[UInt8]] {
        var (chunks, start) = ([[UInt8]](), 0)
        while start < input.count {
            let end = min(start + number(below: 2 + input.count / 3), input.count)
            chunks.append(Array(input[start..<end]))
            start = end
        }
        return chunks
    }
}
