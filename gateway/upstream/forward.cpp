#include "gateway/upstream/forward.h"

#include "gateway/server/exchange.h"
#include "gateway/server/gateway.h"
#include "gateway/server/origin_form.h"
#include "gateway/upstream/fields.h"
#include "gateway/upstream/origins.h"

namespace vaettir::gateway {
namespace {

// "No limit" of a service's thinking time: still not for ever, or a lost connection would never be
// noticed.
constexpr Duration kThinkingTime = std::chrono::hours(24);

// The content of an answer, with the connection it comes from.
class AnswerBody final : public http::Body {
 public:
  explicit AnswerBody(Lease lease) : lease_(std::move(lease)) {}
  Task<Result<http::Chunk>> read() override { return lease_->body().read(); }
  std::optional<std::uint64_t> length() const override { return body().length(); }
  const http::Headers* trailers() const override { return body().trailers(); }

 private:
  http::Body& body() const { return const_cast<Lease&>(lease_)->body(); }
  Lease lease_;
};

// Interim answers (103 Early Hints) go on to the client while the final one is awaited. The client
// may be slow: one that has not left when the next one comes is the last that is passed on.
struct Interim {
  http::Exchange& ex;
  Task<Result<>> sending{Result<>()};
  void operator()(std::uint16_t status, const http::Headers& headers) {
    if (sending.done()) sending = ex.send_interim(status, headers);
  }
};

void take_answer(http::Exchange& ex, http::UpstreamResponse& answer, Lease lease) {
  http::Reply& reply = ex.reply;
  reply.status = answer.status;
  reply.from_origin = true;
  pass_answer_fields(answer, reply.headers);
  if (answer.status == 101) {
    reply.tunnel = http::ClientConnection::take_tunnel(lease.take());
  } else {
    reply.body = std::make_unique<AnswerBody>(std::move(lease));
  }
}

void note_attempt(http::Exchange& inner, const Origin& origin) {
  Exchange* ex = Exchange::find(inner);
  if (ex == nullptr) return;
  UpstreamFacts& facts = ex->upstream;
  if (facts.began == Deadline{}) {
    facts.began = inner.loop().now();
  } else {
    ++facts.retries;
    ex->gateway().shared().counters.upstream_retries.add();
  }
  facts.url = inner.arena().copy(origin.url());
  facts.address = inner.arena().copy(origin.address());
}

void note_answer(http::Exchange& inner, std::uint16_t status) {
  Exchange* ex = Exchange::find(inner);
  if (ex == nullptr) return;
  ex->upstream.status = status;
  ex->upstream.head_at = inner.loop().now();
}

// A kept connection that ended without a byte of an answer was most likely closed before the
// request arrived. It is sent once more unless the service may have acted on it.
bool may_resend(const http::Exchange& ex, const Lease& lease, const Error& error,
                const BodyMark& body) {
  if (!lease.reused() || lease->any_response_byte() || !body.untouched()) return false;
  if (error.cause() != Cause::kUpstreamReset) return false;
  return lease->bytes_written() == 0 || is_idempotent(ex.request.method);
}

}  // namespace

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE" || method == "TRACE";
}

Task<Result<>> forward(http::Exchange& ex, Hop hop) {
  http::Headers fields;
  request_fields(ex, hop, fields);
  http::UpstreamRequest request;
  request.method = ex.request.method;
  request.target = origin_form(ex.request, ex.arena());
  if (!hop.path_prefix.empty() && request.target != "*") {
    request.target = ex.arena().join(hop.path_prefix, request.target);
  }
  request.headers = &fields;
  if (ex.body->length() != 0) request.body = ex.body;
  if (ex.request.wants_upgrade) {
    request.upgrade = ex.request.headers.find(http::Name::kUpgrade).value_or("");
  }
  request.head_timeout = hop.response_header == Duration{} ? kThinkingTime : hop.response_header;

  const BodyMark body(ex);
  Interim interim{ex};
  Lease lease = hop.origin.kept();
  for (;;) {
    note_attempt(ex, hop.origin);
    if (!lease) {
      const Duration dial = hop.dial == Duration{} ? kDefaultDial : hop.dial;
      CO_TRY(lease, co_await hop.origin.connect(dial));
    }
    auto answer = co_await lease->send(request, ex.arena(), std::ref(interim));
    // Half an interim head must not be followed by another one.
    if (!interim.sending.done()) co_await interim.sending.join();
    if (answer) {
      note_answer(ex, (*answer)->status);
      take_answer(ex, **answer, std::move(lease));
      co_return Result<>();
    }
    if (!may_resend(ex, lease, answer.error(), body)) {
      co_return std::unexpected(std::move(answer).error().because(hop.origin.url()));
    }
    lease = Lease();
  }
}

}  // namespace vaettir::gateway
