// H1Exchange: one request of an HTTP/1.x connection and the writing of its answer. Made from the
// thread's free lists when the first byte of a request comes, gone when it is answered: an idle
// connection holds none. The connection (h1_server.cpp) owns it.
#pragma once
#include <memory>
#include <optional>

#include "base/http/exchange.h"
#include "base/http/h1_content.h"
#include "base/http/h1_content_writer.h"
#include "base/http/h1_parser.h"
#include "base/http/h1_server.h"
#include "base/http/h1_writer.h"
#include "base/http/pending.h"

namespace vaettir::http {

class H1Exchange final : public Exchange, public Pooled {
 public:
  // `last`: the connection ends with this exchange, whatever it is.
  H1Exchange(H1Server& server, net::Stream& stream, Pending& input, bool last);

  RequestParser& parser() { return parser_; }
  // The head is complete and lies in the arena: the body can be read.
  void begin();
  // The head was not taken: the exchange is refused, and its connection ends.
  void begin_refused(const Refusal& refusal);

  Task<Result<>> send() override;
  Task<Result<>> send_interim(std::uint16_t status, const Headers& headers) override;
  bool client_gone() const override { return client_gone_; }

  bool sent() const { return sent_; }
  bool tunnelling() const { return tunnelling_; }
  bool closes() const { return close_; }
  // The answer broke off where only the connection's end marks its end.
  bool cut() const { return cut_; }
  bool request_read() const { return request_body_.content.finished(); }
  void client_left();
  // Throws away what is left of the request's content; false: it is too much, or does not come.
  Task<bool> finish_request();

 private:
  class RequestBody final : public Body {
   public:
    RequestBody(H1Exchange& owner, net::Stream& stream, Pending& input, const Limits& limits);
    Task<Result<Chunk>> read() override;
    std::optional<std::uint64_t> length() const override { return content.remaining(); }
    const Headers* trailers() const override { return content.trailers(); }
    Content content;

   private:
    Task<Result<Chunk>> read_after_continue();
    H1Exchange& owner_;
  };

  // The reply is complete: status, and where it was refused the rendered body.
  void settle();
  bool may_have_content() const;
  bool waits_for_continue() const;
  std::optional<std::uint64_t> announced_length() const;  // before the first read
  Task<Result<Chunk>> start_reading();
  // `first`: the first piece, where it is there already.
  Framing framing_for(std::optional<std::uint64_t> length, const std::optional<Chunk>& first) const;
  void decide_connection(const Framing& framing);
  ResponseLines lines(const Framing& framing);
  // Puts the head into the writer's memory, which is to have room for `more` bytes behind it.
  void put_head(const Framing& framing, std::size_t more);
  Task<Result<>> send_content(Task<Result<Chunk>> reading);
  Task<Result<>> run_tunnel();

  H1Server& server_;
  net::Stream& stream_;
  Pending& input_;
  RequestParser parser_;
  RequestBody request_body_;
  ContentWriter writer_;
  std::size_t head_bytes_ = 0;
  bool last_;
  bool sent_ = false;
  bool malformed_ = false;
  bool close_ = false;
  bool continue_sent_ = false;
  bool client_gone_ = false;
  bool tunnelling_ = false;
  bool cut_ = false;
};

}  // namespace vaettir::http
