// Arena: the memory of one exchange: bytes that views in its messages point to. Freed as a whole
// when the exchange ends; blocks come from the thread's free lists, so a request in the steady
// state takes nothing from the heap. One loop only.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "base/async/frame_pool.h"

namespace vaettir::http {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { clear(); }

  std::span<char> take(std::size_t size) {
    if (size > left_) grow(size);
    char* bytes = next_;
    next_ += size;
    left_ -= size;
    return {bytes, size};
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    std::span<char> bytes = take(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return {bytes.data(), bytes.size()};
  }
  // The parts one after another, as one view.
  template <class... Parts>
  std::string_view join(const Parts&... parts) {
    std::span<char> bytes = take((std::string_view(parts).size() + ... + 0));
    char* at = bytes.data();
    ((at = std::copy_n(std::string_view(parts).data(), std::string_view(parts).size(), at)), ...);
    return {bytes.data(), bytes.size()};
  }
  void clear() {
    while (blocks_ != nullptr) {
      Block* block = blocks_;
      blocks_ = block->next;
      vaettir::detail::frame_pool.give(block, block->size);
    }
    next_ = nullptr;
    left_ = 0;
  }

 private:
  struct Block {
    Block* next;
    std::size_t size;
  };
  // A usual head with its rewritten fields fits one block, and the free lists hold blocks of this
  // size.
  static constexpr std::size_t kBlockBytes = 4096;
  void grow(std::size_t size) {
    const std::size_t whole = std::max(kBlockBytes, size + sizeof(Block));
    blocks_ = new (vaettir::detail::frame_pool.take(whole)) Block{blocks_, whole};
    next_ = reinterpret_cast<char*>(blocks_ + 1);
    left_ = whole - sizeof(Block);
  }

  Block* blocks_ = nullptr;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace vaettir::http
