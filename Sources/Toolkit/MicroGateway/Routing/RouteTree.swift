// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroEdge

/// Routes by the segments of their patterns. A search visits only routes whose templates match the path.
struct RouteTree: Sendable {
    private struct Node {
        var literals: [String: Int] = [:]
        var variable: Int?
        /// The routes whose templates end here.
        var ends: [Int] = []
        /// The routes whose templates match the rest of the path from here.
        var rests: [Int] = []
    }

    /// The routes, the most specific one first.
    let routes: [EndpointRoute]
    private var nodes = [Node()]
    /// The routes whose patterns are regular expressions.
    private var expressions: [Int] = []

    init(_ routes: [EndpointRoute]) {
        self.routes = routes
        for index in routes.indices { insert(index) }
    }

    private mutating func insert(_ index: Int) {
        guard let template = routes[index].pattern.template else { return expressions.append(index) }
        var node = 0
        for part in template {
            switch part {
            case .literal(let literal): node = child(of: node, literal)
            case .variable: node = variableChild(of: node)
            case .rest: return nodes[node].rests.append(index)
            }
        }
        nodes[node].ends.append(index)
    }

    private mutating func child(of node: Int, _ literal: String) -> Int {
        if let child = nodes[node].literals[literal] { return child }
        nodes[node].literals[literal] = nodes.count
        nodes.append(Node())
        return nodes.count - 1
    }

    private mutating func variableChild(of node: Int) -> Int {
        if let child = nodes[node].variable { return child }
        nodes[node].variable = nodes.count
        nodes.append(Node())
        return nodes.count - 1
    }

    /// The routes that match the same paths, where there are several.
    var equalRoutes: [[EndpointRoute]] {
        let templates = nodes.flatMap { [$0.ends, $0.rests] }
        let expressions = Dictionary(grouping: expressions) { routes[$0].pattern.text }.values
        return (templates + expressions).filter { $0.count > 1 }.map { group in group.map { routes[$0] } }
    }

    /// The most specific route that matches a path and meets a condition; nil if there is none.
    func first(for path: RequestPath, where isWanted: (EndpointRoute) -> Bool) -> EndpointRoute? {
        var best: Int?
        visit(0, path.segments[...]) { index in
            if best.map({ index < $0 }) ?? true, isWanted(routes[index]) { best = index }
        }
        // Every template comes before every regular expression.
        best = best ?? expressions.first { isWanted(routes[$0]) && routes[$0].pattern.matches(path) }
        return best.map { routes[$0] }
    }

    /// The routes that match a path and meet a condition, the most specific one first.
    func all(for path: RequestPath, where isWanted: (EndpointRoute) -> Bool) -> [EndpointRoute] {
        var found = expressions.filter { routes[$0].pattern.matches(path) }
        visit(0, path.segments[...]) { found.append($0) }
        return found.sorted().map { routes[$0] }.filter(isWanted)
    }

    private func visit(_ node: Int, _ segments: ArraySlice<String>, _ body: (Int) -> Void) {
        nodes[node].rests.forEach(body)
        guard let segment = segments.first else { return nodes[node].ends.forEach(body) }
        if let child = nodes[node].literals[segment] { visit(child, segments.dropFirst(), body) }
        if let child = nodes[node].variable { visit(child, segments.dropFirst(), body) }
    }
}
