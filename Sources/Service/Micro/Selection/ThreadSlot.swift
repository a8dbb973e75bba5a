// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Numbers the threads of the process in the order of their first use, so that each can work with its own data.
enum ThreadSlot {
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    private static let count = Atomic(0)

    /// The number of the current thread, from 0.
    static var current: Int {
        guard let key else { return 0 }
        // The value is the number plus 1; a new thread has none.
        let value = Int(bitPattern: pthread_getspecific(key))
        if value > 0 { return value - 1 }
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: number))
        return number - 1
    }
}
