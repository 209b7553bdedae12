// TlsStream: a Stream whose bytes are TLS records; made by TlsServer and TlsClient, which drive its
// handshake. OpenSSL sees the socket through a BIO over the context's buffers: whole batches of
// records come with one system call, and everything OpenSSL writes leaves with one.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/net/stream.h"
#include "base/net/tls_context.h"

namespace vaettir::net {

class TlsStream final : public Stream {
 public:
  enum class Step { kDone, kWantsBytes, kWantsCertificate, kFailed };

  TlsStream(Loop& loop, UniqueFd fd, Side side, std::shared_ptr<TlsContext> context);
  ~TlsStream() override;

  // Goes on with the handshake as far as the received bytes allow. After kFailed: error().
  Step handshake();
  SSL* ssl() { return ssl_; }
  TlsInfo& info() { return info_; }
  // Called from inside the handshake: it is to stop until the certificate is known.
  void ask_certificate() { asks_ = true; }
  // What failed is known better than OpenSSL knows it (no certificate, verification).
  void explain(Error error) { fail_with(std::move(error)); }

  std::ptrdiff_t try_read(std::span<char> into) override;
  std::ptrdiff_t try_write(std::span<const char> head, std::span<const char> body) override;
  bool unsent() const override { return unsent_size_ > 0; }
  void shutdown_write() override;
  void close_notify() override;
  bool quiet() override;
  bool truncated() const override { return truncated_; }
  const TlsInfo* tls() const override { return &info_; }
  UniqueFd release() override { return {}; }
  std::shared_ptr<TlsContext> context() const { return context_; }

  static BIO_METHOD* make_bio_method();

 private:
  bool may_read() override;
  void before_wake() override;

  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* bytes, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);

  // The window: records received and not yet read by OpenSSL, in the context's buffer while a call
  // lasts, in held_ between calls.
  void open_window();
  void close_window();
  std::size_t whole_record() const;
  std::ptrdiff_t receive(std::size_t wanted);

  bool peer_said_goodbye() const;
  std::size_t decrypt(std::span<char> into);
  bool encrypt(const char* bytes, std::size_t size);
  void flush();
  void keep_unsent(std::size_t sent_of_out);
  void learn();

  std::shared_ptr<TlsContext> context_;
  SSL* ssl_ = nullptr;
  const char* window_ = nullptr;
  std::size_t window_size_ = 0;
  std::size_t record_left_ = 0;  // of the record that OpenSSL is reading
  std::unique_ptr<char[]> held_;
  std::size_t held_size_ = 0;
  std::unique_ptr<char[]> unsent_;
  std::size_t unsent_at_ = 0;
  std::size_t unsent_size_ = 0;
  TlsInfo info_;
  bool established_ = false;
  bool starved_ = false;  // OpenSSL asked for bytes that are not there
  bool asks_ = false;
  bool ended_ = false;      // nothing more will be read
  bool truncated_ = false;  // ... because the socket ended, not TLS
  bool failed_ = false;
  bool closing_ = false;     // close_notify was sent: nothing more will be written
  bool shut_after_ = false;  // the socket's end follows when nothing is unsent
};

}  // namespace vaettir::net
