#include "base/http/exchange.h"

namespace vaettir::http {

void Exchange::refuse(Cause cause, std::string detail) {
  cause_ = cause;
  detail_ = std::move(detail);
  // What is under way cannot be taken back: the cause is kept for the record.
  if (head_sent) return;
  reply = Reply{};
  reply.status = facts(cause).status;
}

void Exchange::refuse(Error error) {
  const Cause cause = error.cause();
  refuse(cause, std::string(error.text()));
}

void Exchange::answer(std::uint16_t status, std::string_view content_type, std::string text) {
  reply = Reply{};
  reply.status = status;
  if (!content_type.empty()) reply.headers.add(Name::kContentType, arena_.copy(content_type));
  reply.body = std::make_unique<TextBody>(std::move(text));
}

void Exchange::clear() {
  request = Request{};
  body = nullptr;
  extension = nullptr;
  reply = Reply{};
  cause_.reset();
  detail_.clear();
  bytes_received = 0;
  bytes_sent = 0;
  head_sent = false;
  arena_.clear();
}

}  // namespace vaettir::http
