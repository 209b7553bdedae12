#include "tests/unit/base/http/wire.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/http/h1_chunked.h"
#include "base/http/h1_parser.h"

namespace vaettir::http {

bool pump(Loop& loop, const std::function<bool()>& holds) {
  using namespace std::chrono_literals;
  const auto deadline = Clock::now() + 5s;
  for (int turns = 0; Clock::now() < deadline; turns++) {
    if (holds()) return true;
    loop.turn(turns < 20 ? Duration(0ms) : Duration(2ms));
  }
  return holds();
}

void settle(Loop& loop) {
  for (int turns = 0; turns < 5; turns++) loop.turn(Duration::zero());
}

Wire::Wire(Loop& loop, Side side) : loop_(loop) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  fd_.reset(ends[0]);
  stream_ = net::plain_stream(loop, net::UniqueFd(ends[1]), side);
}

void Wire::send(std::string_view bytes) {
  outgoing_ += bytes;
  flush();
}

void Wire::flush() {
  while (!outgoing_.empty()) {
    const ssize_t count = ::send(fd_.value(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) {
      outgoing_.clear();  // the other side has closed: the test looks at what it said
      return;
    }
    outgoing_.erase(0, static_cast<std::size_t>(count));
  }
}

const std::string& Wire::received() {
  flush();
  char bytes[65536];
  while (fd_ && !ended_) {
    const ssize_t count = ::recv(fd_.value(), bytes, sizeof bytes, 0);
    if (count > 0) {
      received_.append(bytes, static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0 || errno != EAGAIN) ended_ = true;
    break;
  }
  return received_;
}

bool Wire::ended() {
  received();
  return ended_;
}

void Wire::shutdown_write() { ::shutdown(fd_.value(), SHUT_WR); }
void Wire::close() { fd_.reset(); }

std::string Wire::receive_until(const std::function<bool(const std::string&)>& holds) {
  EXPECT_TRUE(pump(loop_, [&] { return holds(received()); })) << "received: " << received_;
  return std::exchange(received_, {});
}

std::string Wire::receive_text(std::string_view text) {
  return receive_until([text](const std::string& all) { return all.find(text) != all.npos; });
}

std::string Wire::receive_all() {
  return receive_until([this](const std::string&) { return ended_; });
}

std::vector<Answer> answers_in(std::string_view bytes, std::string* rest, bool to_head) {
  std::vector<Answer> answers;
  const Limits limits;
  for (;;) {
    ResponseParser parser(limits, to_head ? "HEAD" : "GET");
    ResponseHead head;
    if (rest != nullptr) *rest = bytes;
    if (bytes.empty() || parser.parse(bytes, head) != Parsed::kDone) return answers;
    Answer answer{head.status, std::string(bytes.substr(0, parser.length())), {}};
    std::string content(bytes.substr(parser.length()));
    std::size_t used = 0;
    switch (parser.framing().kind) {
      case Framing::Kind::kNone:
        break;
      case Framing::Kind::kLength:
        used = parser.framing().length;
        if (content.size() < used) return answers;
        answer.body = content.substr(0, used);
        break;
      case Framing::Kind::kChunked: {
        ChunkedDecoder decoder;
        ChunkedDecoder::Step step;
        if (decoder.decode(content, limits, step) != Parsed::kDone) return answers;
        used = step.consumed;
        answer.body = content.substr(0, step.content);
        break;
      }
      case Framing::Kind::kUntilClose:
        used = content.size();
        answer.body = content;
        break;
    }
    bytes.remove_prefix(parser.length() + used);
    if (answer.status >= 200) answers.push_back(std::move(answer));
  }
}

}  // namespace vaettir::http
