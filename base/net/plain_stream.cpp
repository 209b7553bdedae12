#include <cerrno>

#include "base/net/stream.h"

namespace vaettir::net {
namespace {

class PlainStream final : public Stream {
 public:
  PlainStream(Loop& loop, UniqueFd fd, Side side) : Stream(loop, std::move(fd), side) {}

  std::ptrdiff_t try_read(std::span<char> into) override {
    assert(!into.empty());
    const std::ptrdiff_t count = socket_.receive(into);
    if (count > 0) [[likely]]
      count_read(static_cast<std::size_t>(count));
    return count == kFailed ? fail_with(errno) : count;
  }

  std::ptrdiff_t try_write(std::span<const char> head, std::span<const char> body) override {
    const std::ptrdiff_t count = send(head, body);
    if (count > 0) [[likely]]
      count_written(static_cast<std::size_t>(count));
    return count == kFailed ? fail_with(errno) : count;
  }

  void shutdown_write() override { socket_.shutdown_write(); }
  bool quiet() override { return !socket_.peer_closed() && !socket_.has_input(); }
  UniqueFd release() override { return socket_.release(); }

 private:
  // Up to this size copying is cheaper than a gathering system call.
  static constexpr std::size_t kCopied = 16 * 1024;

  bool may_read() override { return socket_.has_input(); }

  std::ptrdiff_t send(std::span<const char> head, std::span<const char> body) {
    if (head.empty()) return socket_.send(body, {});
    if (body.empty() || head.size() + body.size() > kCopied) return socket_.send(head, body);
    char together[kCopied];
    std::memcpy(together, head.data(), head.size());
    std::memcpy(together + head.size(), body.data(), body.size());
    return socket_.send({together, head.size() + body.size()}, {});
  }
};

}  // namespace

std::unique_ptr<Stream> plain_stream(Loop& loop, UniqueFd fd, Side side) {
  return std::make_unique<PlainStream>(loop, std::move(fd), side);
}

}  // namespace vaettir::net
