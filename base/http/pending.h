// Pending: bytes of a connection that came before their time: the rest of an incomplete head, a
// body nobody has read yet, the next request of a pipeline. Empty nearly always, and then it holds
// no memory; small ones come from the thread's free lists. Owned by a connection.
#pragma once
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "base/async/frame_pool.h"

namespace vaettir::http {

class Pending {
 public:
  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() { give_back(); }

  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  std::string_view view() const { return {memory_ + begin_, size()}; }
  std::span<char> bytes() { return {memory_ + begin_, size()}; }

  // Moves what is there already, so views of it end.
  void append(std::string_view more) {
    if (more.empty()) return;
    if (end_ + more.size() > capacity_) make_room(more.size());
    std::memcpy(memory_ + end_, more.data(), more.size());
    end_ += static_cast<std::uint32_t>(more.size());
  }
  // Drops bytes from the front. Views of them stay valid until append() or release().
  void consume(std::size_t bytes) {
    assert(bytes <= size());
    begin_ += static_cast<std::uint32_t>(bytes);
  }
  // Gives the memory back where nothing is left.
  void release() {
    if (empty()) give_back();
  }

 private:
  static constexpr std::size_t kLeast = 512;  // what follows a head is mostly a short body
  void make_room(std::size_t more) {
    const std::size_t used = size();
    const std::size_t wanted = std::max({kLeast, used + more, used * 2});
    char* memory = static_cast<char*>(vaettir::detail::frame_pool.take(wanted));
    if (used != 0) std::memcpy(memory, memory_ + begin_, used);
    give_back();
    memory_ = memory;
    capacity_ = static_cast<std::uint32_t>(wanted);
    end_ = static_cast<std::uint32_t>(used);
  }
  void give_back() {
    if (memory_ != nullptr) vaettir::detail::frame_pool.give(memory_, capacity_);
    memory_ = nullptr;
    begin_ = end_ = capacity_ = 0;
  }

  char* memory_ = nullptr;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace vaettir::http
