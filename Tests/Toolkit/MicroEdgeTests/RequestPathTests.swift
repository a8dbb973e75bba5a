// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import TestSupport
import Testing

@testable import MicroEdge

/// The normal form of a path (RFC 3986).
@Suite struct RequestPathTests {
    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("//a///b", "/a/b"), ("/a/", "/a/"), ("/%61%2d", "/a-"), ("/a%20b", "/a%20b"),
        ("/gr%C3%BC%C3%9Fe", "/gr%C3%BC%C3%9Fe"), ("/a?b=/../c", "/a"), ("http://host:80/a?b", "/a"),
        ("https://host", "/"), ("HTTP://host?x", "/"), ("/a;b=1,2", "/a;b=1,2"), ("/a%25", "/a%25"),
    ])
    func pathsAreNormalized(_ target: String, _ normal: String) throws {
        let path = try RequestPath(target: target)
        #expect(path.description == normal)
        #expect(try RequestPath(target: normal) == RequestPath(target: path.description))
    }

    @Test(arguments: [
        "", "a", "*", "host:443", "ftp://a/b", "/a/../b", "/a/./b", "/..", "/%2e%2E/a", "/.%2e", "/a%2Fb", "/a%2fb",
        "/a%00", "/a%0a", "/a%5Cb", "/a\\b", "/%", "/%2", "/%zz", "/%FF", "/a#b", "/\u{7F}",
    ])
    func ambiguousPathsAreRejected(_ target: String) {
        #expect(throws: MicroError.self) { try RequestPath(target: target) }
    }

    @Test func queryIsKept() throws {
        #expect(try RequestPath(target: "/a?b=%2F&c?d").query == "b=%2F&c?d")
        #expect(try RequestPath(target: "/a").query == nil)
    }

    /// The normal form of every accepted path is also accepted, and has the same meaning.
    @Test func mutatedPathsHaveOneNormalForm() {
        var fuzzer = Fuzzer(seed: 7)
        let seeds = ["/users/1?x=1", "/%2e%2e/a", "//a/%C3%BC/", "http://a/b", "/a%2Fb;c"].map { Array($0.utf8) }
        var accepted = 0
        for round in 0..<20_000 {
            let target = String(decoding: fuzzer.mutated(seeds[round % seeds.count]), as: UTF8.self)
            guard let path = try? RequestPath(target: target) else { continue }
            accepted += 1
            let again = try? RequestPath(target: path.description)
            #expect(again?.segments == path.segments && again?.description == path.description, "\(target)")
            #expect(!path.segments.contains { $0 == ".." || $0 == "." || $0.contains("/") }, "\(target)")
        }
        #expect(accepted > 1_000)
    }
}
