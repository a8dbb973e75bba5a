// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

package import MicroCore
import NIOCore

/// The address that callers are told.
package enum AdvertisedAddress {
    /// What was asked for, else the address that is bound, else (if that means every interface) the first private
    /// address of this machine.
    ///
    /// - Parameter setting: The environment variable that says what to advertise, for the message.
    /// - Throws: ``MicroError`` with `invalidArgument` when no such address can be found.
    package static func resolve(bound: Address, advertise: Address?, setting: String) throws -> Address {
        if let advertise { return Address(host: advertise.host, port: advertise.port ?? bound.port) }
        guard bound.isUnspecified else { return bound }
        guard let host = firstPrivateHost() else {
            throw MicroError(
                .invalidArgument,
                "bound to \(bound), every interface, and this machine has no private address: set "
                    + "\(setting) to the HOST:PORT that callers can reach",
                origin: MicroError.Origin.server)
        }
        return Address(host: host, port: bound.port)
    }

    /// The first IPv4 address of RFC 1918, in the order of the interfaces; nil also where they cannot be listed, which
    /// ends the start with what to set instead.
    private static func firstPrivateHost() -> String? {
        let interfaces = (try? System.enumerateDevices()) ?? []
        return interfaces.lazy.compactMap(\.address?.ipAddress).first(where: isPrivate)
    }

    package static func isPrivate(_ host: String) -> Bool {
        let parts = host.split(separator: ".").compactMap { UInt8($0) }
        guard parts.count == 4 else { return false }
        return parts[0] == 10 || (parts[0] == 172 && (16...31).contains(parts[1]))
            || (parts[0] == 192 && parts[1] == 168)
    }
}
