#include "base/net/tls_stream.h"

#include <openssl/err.h>

#include <cerrno>

namespace vaettir::net {
namespace {

// What one try_write encrypts before it is sent: the socket seldom takes more.
constexpr std::size_t kMostPerWrite = 4 * kMostPlain;
// Answers to key updates and the like that a peer provokes and does not take.
constexpr std::size_t kMostUnsent = 512 * 1024;

}  // namespace

TlsStream::TlsStream(Loop& loop, UniqueFd fd, Side side, std::shared_ptr<TlsContext> context)
    : Stream(loop, std::move(fd), side), context_(std::move(context)) {
  ssl_ = SSL_new(context_->ssl);
  BIO* bio = BIO_new(context_->bio);
  CHECK(ssl_ != nullptr && bio != nullptr);  // memory
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
}

TlsStream::~TlsStream() { SSL_free(ssl_); }

// ---- OpenSSL's view of the socket --------------------------------------------------------------

BIO_METHOD* TlsStream::make_bio_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "vaettir records");
  if (method == nullptr) return nullptr;
  BIO_meth_set_read(method, &TlsStream::bio_read);
  BIO_meth_set_write(method, &TlsStream::bio_write);
  BIO_meth_set_ctrl(method, &TlsStream::bio_control);
  return method;
}

int TlsStream::bio_read(BIO* bio, char* into, int size) {
  TlsStream& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  // OpenSSL is shown whole records only: what is incomplete stays with us, where it is counted.
  if (stream.record_left_ == 0) stream.record_left_ = stream.whole_record();
  if (stream.record_left_ == 0) {
    stream.starved_ = true;
    BIO_set_retry_read(bio);
    return -1;
  }
  BIO_clear_retry_flags(bio);
  const std::size_t count = std::min(static_cast<std::size_t>(size), stream.record_left_);
  std::memcpy(into, stream.window_, count);
  stream.window_ += count;
  stream.window_size_ -= count;
  stream.record_left_ -= count;
  return static_cast<int>(count);
}

int TlsStream::bio_write(BIO* bio, const char* bytes, int size) {
  TlsStream& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  stream.context_->out.insert(stream.context_->out.end(), bytes, bytes + size);
  return size;
}

long TlsStream::bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

void TlsStream::open_window() {
  window_ = context_->in.data();
  window_size_ = held_size_;
  if (held_size_ == 0) return;
  std::memcpy(context_->in.data(), held_.get(), held_size_);
  held_.reset();
  held_size_ = 0;
}

void TlsStream::close_window() {
  if (window_size_ > 0) {
    held_ = std::make_unique_for_overwrite<char[]>(window_size_);
    held_size_ = window_size_;
    std::memcpy(held_.get(), window_, window_size_);
  }
  window_ = nullptr;
  window_size_ = 0;
}

// The size of the record at the window's beginning when all of it is there, else 0. What is no
// record is given to OpenSSL as it is, which knows best how to refuse it.
std::size_t TlsStream::whole_record() const {
  constexpr unsigned char kFirstType = 20;  // change_cipher_spec (RFC 8446 section 5.1)
  constexpr unsigned char kLastType = 24;   // heartbeat
  const auto byte = [this](int i) { return static_cast<unsigned char>(window_[i]); };
  if (window_size_ >= 1 && (byte(0) < kFirstType || byte(0) > kLastType)) return window_size_;
  if (window_size_ >= 2 && byte(1) != 3) return window_size_;
  if (window_size_ < 5) return 0;
  const std::size_t size = 5u + (static_cast<std::size_t>(byte(3)) << 8 | byte(4));
  if (size > kMostRecord) return window_size_;
  return window_size_ >= size ? size : 0;
}

// Adds to the window; as try_read.
std::ptrdiff_t TlsStream::receive(std::size_t wanted) {
  char* const begin = context_->in.data();
  if (window_ != begin) {
    std::memmove(begin, window_, window_size_);
    window_ = begin;
  }
  const std::size_t room = context_->in.size() - window_size_;
  const std::ptrdiff_t count = socket_.receive({begin + window_size_, std::min(room, wanted)});
  if (count > 0) window_size_ += static_cast<std::size_t>(count);
  if (count == kFailed) {
    failed_ = true;
    return fail_with(errno);
  }
  return count;
}

// ---- the handshake -----------------------------------------------------------------------------

TlsStream::Step TlsStream::handshake() {
  ERR_clear_error();
  context_->out.clear();
  open_window();
  Step step = Step::kFailed;
  while (true) {
    // SSL_want() tells of the past after some errors: only our own flags say why it stopped.
    starved_ = asks_ = false;
    if (SSL_do_handshake(ssl_) == 1) {
      step = Step::kDone;
      break;
    }
    if (asks_) {
      step = Step::kWantsCertificate;
      break;
    }
    if (!starved_) {
      fail_with(Error(Cause::kTlsHandshake, take_ssl_error("the handshake failed")));
      break;
    }
    const std::ptrdiff_t count = receive(Loop::kScratchBytes);
    if (count > 0) continue;
    if (count == kWouldBlock) step = Step::kWantsBytes;
    if (count == 0) {
      const Cause cause = side() == Side::kClient ? Cause::kClientAbort : Cause::kTlsHandshake;
      fail_with(Error(cause, "the connection was closed during the handshake"));
    }
    break;
  }
  close_window();
  flush();  // an alert, too
  if (step == Step::kFailed || failed_) {
    failed_ = true;
    return Step::kFailed;
  }
  if (step == Step::kDone) learn();
  return step;
}

void TlsStream::learn() {
  established_ = true;
  const unsigned char* alpn = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &alpn, &size);
  info_.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  info_.version = SSL_get_version(ssl_);
  info_.cipher = SSL_get_cipher_name(ssl_);
  info_.resumed = SSL_session_reused(ssl_) == 1;
}

// ---- reading -----------------------------------------------------------------------------------

// close_notify; a fatal alert sets the same flag, but leaves an error.
bool TlsStream::peer_said_goodbye() const {
  if ((SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) == 0) return false;
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) != ERR_LIB_SSL || ERR_GET_REASON(error) < SSL_AD_REASON_OFFSET;
}

// Bytes of all whole records in the window that fit; sets ended_ or failed_.
std::size_t TlsStream::decrypt(std::span<char> into) {
  std::size_t got = 0;
  while (got < into.size() && (SSL_pending(ssl_) > 0 || whole_record() > 0)) {
    starved_ = false;
    const int count = SSL_read(ssl_, into.data() + got,
                               static_cast<int>(std::min(into.size() - got, kMostPlain)));
    if (count > 0) [[likely]] {
      got += static_cast<std::size_t>(count);
    } else if (starved_) {
      continue;  // that record was for OpenSSL itself
    } else if (peer_said_goodbye()) {
      ended_ = true;
      break;
    } else {
      failed_ = true;
      fail_with(reset_error("TLS: " + take_ssl_error("a record is broken")));
      break;
    }
  }
  return got;
}

std::ptrdiff_t TlsStream::try_read(std::span<char> into) {
  assert(!into.empty() && established_);
  if (failed_) return kFailed;
  if (ended_) return 0;
  context_->out.clear();
  open_window();
  std::size_t got = decrypt(into);
  while (got == 0 && !ended_ && !failed_) {
    // As many records as the caller has room for, and at least one.
    const std::ptrdiff_t count = receive(std::max(into.size() + into.size() / 64, kMostRecord));
    if (count < 0) break;
    if (count == 0) ended_ = truncated_ = true;
    got = decrypt(into);
  }
  close_window();
  if (!context_->out.empty()) flush();
  if (got > 0) [[likely]] {
    count_read(got);
    return static_cast<std::ptrdiff_t>(got);
  }
  if (failed_) return kFailed;
  return ended_ ? 0 : kWouldBlock;
}

bool TlsStream::may_read() {
  if (!established_) return socket_.may_receive();
  if (ended_ || failed_ || SSL_pending(ssl_) > 0) return true;
  window_ = held_.get();
  window_size_ = held_size_;
  const bool whole = whole_record() > 0;
  window_ = nullptr;
  window_size_ = 0;
  return whole || socket_.has_input();
}

bool TlsStream::quiet() {
  if (ended_ || failed_ || socket_.peer_closed() || SSL_pending(ssl_) > 0) return false;
  if (held_size_ == 0 && !socket_.may_receive()) return true;
  char unasked;  // session tickets are read on the way
  return try_read({&unasked, 1}) == kWouldBlock;
}

// ---- writing -----------------------------------------------------------------------------------

bool TlsStream::encrypt(const char* bytes, std::size_t size) {
  if (SSL_write(ssl_, bytes, static_cast<int>(size)) == static_cast<int>(size)) return true;
  failed_ = true;
  fail_with(reset_error("TLS: " + take_ssl_error("writing failed")));
  return false;
}

std::ptrdiff_t TlsStream::try_write(std::span<const char> head, std::span<const char> body) {
  assert(established_);
  if (failed_) return kFailed;
  if (closing_) {
    failed_ = true;
    return fail_with(reset_error("the connection was shut down for writing"));
  }
  if (unsent()) {
    context_->out.clear();
    flush();
    if (failed_) return kFailed;
    if (unsent()) return kWouldBlock;
  }
  context_->out.clear();
  std::size_t accepted = 0;
  if (!head.empty() && !body.empty()) {
    // One record carries the head and the body's beginning: the peer reads both at once.
    char* const together = context_->together.data();
    const std::size_t of_head = std::min(head.size(), kMostPlain);
    const std::size_t of_body = std::min(body.size(), kMostPlain - of_head);
    std::memcpy(together, head.data(), of_head);
    std::memcpy(together + of_head, body.data(), of_body);
    accepted = of_head + of_body;
    if (!encrypt(together, accepted)) return kFailed;
    head = head.subspan(of_head);
    body = body.subspan(of_body);
  }
  for (const std::span<const char> part : {head, body}) {
    const std::size_t size =
        std::min(part.size(), kMostPerWrite - std::min(kMostPerWrite, accepted));
    if (size == 0) continue;
    if (!encrypt(part.data(), size)) return kFailed;
    accepted += size;
    if (size < part.size()) break;
  }
  flush();
  if (failed_) return kFailed;
  count_written(accepted);
  return static_cast<std::ptrdiff_t>(accepted);
}

// Sends what is unsent and what the last call into OpenSSL has written; keeps what does not go.
void TlsStream::flush() {
  std::vector<char>& out = context_->out;
  if (unsent_size_ > 0) {
    const std::ptrdiff_t count = socket_.send({unsent_.get() + unsent_at_, unsent_size_}, {});
    if (count > 0) {
      unsent_at_ += static_cast<std::size_t>(count);
      unsent_size_ -= static_cast<std::size_t>(count);
    } else if (count == kFailed) {
      failed_ = true;
      fail_with(errno);
    }
    if (unsent_size_ == 0) unsent_.reset();
  }
  std::size_t sent = 0;
  if (unsent_size_ == 0 && !out.empty()) {
    const std::ptrdiff_t count = socket_.send(out, {});
    if (count > 0) sent = static_cast<std::size_t>(count);
    if (count == kFailed) {
      failed_ = true;
      fail_with(errno);
    }
  }
  if (sent < out.size() && !failed_) keep_unsent(sent);
  out.clear();
  if (shut_after_ && unsent_size_ == 0) {
    shut_after_ = false;
    socket_.shutdown_write();
  }
}

void TlsStream::keep_unsent(std::size_t sent_of_out) {
  const std::vector<char>& out = context_->out;
  const std::size_t rest = out.size() - sent_of_out;
  if (unsent_size_ + rest > kMostUnsent) {
    failed_ = true;
    fail_with(reset_error("the peer makes us answer and does not take the answers"));
    return;
  }
  auto grown = std::make_unique_for_overwrite<char[]>(unsent_size_ + rest);
  if (unsent_size_ > 0) std::memcpy(grown.get(), unsent_.get() + unsent_at_, unsent_size_);
  std::memcpy(grown.get() + unsent_size_, out.data() + sent_of_out, rest);
  unsent_ = std::move(grown);
  unsent_at_ = 0;
  unsent_size_ += rest;
}

void TlsStream::before_wake() {
  if (unsent_size_ == 0 || failed_ || !socket_.may_send()) return;
  context_->out.clear();
  flush();
}

void TlsStream::close_notify() {
  if (closing_ || failed_ || !established_) return;
  closing_ = true;
  context_->out.clear();
  SSL_shutdown(ssl_);
  ERR_clear_error();
  flush();
}

void TlsStream::shutdown_write() {
  shut_after_ = true;
  if (!closing_ && !failed_ && established_) return close_notify();
  context_->out.clear();
  flush();
}

}  // namespace vaettir::net
