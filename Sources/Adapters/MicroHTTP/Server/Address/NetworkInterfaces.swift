// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The network interfaces of this host.
enum NetworkInterfaces {
    /// The addresses of the interfaces that are up and connected, except for loopback interfaces, in the order of the
    /// interfaces and with IPv4 first; empty if they cannot be listed.
    static func runningHosts() -> [String] {
        let names = runningNames()
        let devices = (try? System.enumerateDevices()) ?? []
        let hosts = devices.filter { names.contains($0.name) }.compactMap(\.address?.ipAddress)
        return hosts.filter { !$0.contains(":") } + hosts.filter { $0.contains(":") }
    }

    /// See getifaddrs(3) and netdevice(7). A bridge without members, such as an unused one of Docker, is not running.
    private static func runningNames() -> Set<String> {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        let required = UInt32(IFF_UP) | UInt32(IFF_RUNNING)
        var names: Set<String> = []
        var next = first
        while let interface = next?.pointee {
            let flags = UInt32(interface.ifa_flags)
            if flags & required == required, flags & UInt32(IFF_LOOPBACK) == 0 {
                names.insert(String(cString: interface.ifa_name))
            }
            next = interface.ifa_next
        }
        return names
    }
}
