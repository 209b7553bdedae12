#include "gateway/targets/host_refusal.h"

namespace vaettir::gateway {
namespace {

// Both texts are a few lines; an application's own page of this size costs one copy.
constexpr std::uint64_t kMostBytes = 4096;

// Vite 5 and 6; webpack-dev-server 4 and 5.
constexpr std::string_view kRefusals[] = {"Blocked request. This host (", "Invalid Host header"};

bool is_worth_a_look(const http::Exchange& ex) {
  if (ex.reply.status != 403 || ex.reply.body == nullptr || ex.request.method == "HEAD") {
    return false;
  }
  const auto length = ex.reply.body->length();
  return length && *length > 0 && *length <= kMostBytes &&
         !ex.reply.headers.has(http::Name::kContentEncoding);
}

// Content that lies in the exchange's arena.
class KeptBody final : public http::Body {
 public:
  explicit KeptBody(std::string_view bytes) : bytes_(bytes) {}
  Task<Result<http::Chunk>> read() override {
    return Result<http::Chunk>(http::Chunk{std::exchange(bytes_, {}), true});
  }
  std::optional<std::uint64_t> length() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

}  // namespace

Task<Result<bool>> refuses_host(http::Exchange& ex) {
  if (!is_worth_a_look(ex)) co_return false;
  const std::size_t length = static_cast<std::size_t>(*ex.reply.body->length());
  const std::span<char> kept = ex.arena().take(length);
  std::size_t used = 0;
  for (bool last = false; !last;) {
    CO_TRY(const http::Chunk chunk, co_await ex.reply.body->read());
    const std::size_t size = std::min(chunk.bytes.size(), length - used);
    std::copy_n(chunk.bytes.data(), size, kept.data() + used);
    used += size;
    last = chunk.last;
  }
  const std::string_view text(kept.data(), used);
  ex.reply.body = std::make_unique<KeptBody>(text);
  co_return std::ranges::any_of(
      kRefusals, [&](std::string_view refusal) { return text.find(refusal) != text.npos; });
}

}  // namespace vaettir::gateway
