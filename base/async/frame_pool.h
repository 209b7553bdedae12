// FramePool: memory for coroutine frames and for the small objects of one request, from free lists
// in 64-byte classes. One pool per thread; what a thread takes it gives back, because tasks never
// change their thread. `Pooled` gives a class the same allocation.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <utility>

namespace vaettir {
namespace detail {

class FramePool {
 public:
  void* take(std::size_t size) {
    const std::size_t index = kPooling ? class_of(size) : kClasses;
    if (index < kClasses && free_[index] != nullptr) {
      return std::exchange(free_[index], *static_cast<void**>(free_[index]));
    }
    at_thread_end();
    void* memory = std::malloc(index < kClasses ? index * kClassBytes : size);
    if (memory == nullptr) std::abort();  // out of memory is fatal here as everywhere else
    return memory;
  }
  void give(void* memory, std::size_t size) noexcept {
    const std::size_t index = kPooling ? class_of(size) : kClasses;
    if (index >= kClasses) return std::free(memory);
    *static_cast<void**>(memory) = free_[index];
    free_[index] = memory;
  }
  void clear() noexcept {
    for (void*& list : free_) {
      while (list != nullptr) std::free(std::exchange(list, *static_cast<void**>(list)));
    }
  }

 private:
  // The address sanitizer must see every frame come and go.
#if defined(__has_feature) && __has_feature(address_sanitizer)
  static constexpr bool kPooling = false;
#else
  static constexpr bool kPooling = true;
#endif
  static constexpr std::size_t kClassBytes = 64;  // one cache line: neighbours do not share
  static constexpr std::size_t kClasses =
      65;  // up to 4 KiB; bigger frames hold a buffer by mistake
  static std::size_t class_of(std::size_t size) { return (size + kClassBytes - 1) / kClassBytes; }
  static void at_thread_end();
  void* free_[kClasses] = {};
};

// Without a constructor and a destructor, so that using it costs no check whether it is there yet.
inline constinit thread_local FramePool frame_pool;

struct FramePoolEnd {
  ~FramePoolEnd() { frame_pool.clear(); }
};
// Whoever takes memory from the heap gives it back when the thread ends.
inline void FramePool::at_thread_end() { static thread_local const FramePoolEnd end; }

}  // namespace detail

struct Pooled {
  static void* operator new(std::size_t size) { return detail::frame_pool.take(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    detail::frame_pool.give(memory, size);
  }
};

}  // namespace vaettir
