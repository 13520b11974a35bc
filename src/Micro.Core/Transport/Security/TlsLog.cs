using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>Log messages of TLS, events 1220 to 1239.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(1220, LogLevel.Information, "The {Owner}'s certificate or authorities changed; new connections use {Subject}, valid until {End}", EventName = "CertificateReloaded")]
    public static partial void CertificateReloaded(this ILogger logger, string owner, string? subject, DateTime? end);

    [LoggerMessage(1221, LogLevel.Error, "The {Owner}'s changed certificate or authorities cannot be used; the previous ones stay in use: {Problem}", EventName = "CertificateNotReloaded")]
    public static partial void CertificateNotReloaded(this ILogger logger, string owner, string problem);

    [LoggerMessage(1222, LogLevel.Error, "A check of the {Owner}'s certificate files failed; checks continue", EventName = "CertificateWatchFailed")]
    public static partial void CertificateWatchFailed(this ILogger logger, Exception exception, string owner);

    [LoggerMessage(1223, LogLevel.Warning, "The {Owner}'s certificate {Subject} expires on {End:u}: renew it", EventName = "CertificateExpires")]
    public static partial void CertificateExpires(this ILogger logger, string owner, string subject, DateTimeOffset end);

    [LoggerMessage(1224, LogLevel.Error, "The {Owner}'s certificate {Subject} expired on {End:u} and will be refused: renew it", EventName = "CertificateExpired")]
    public static partial void CertificateExpired(this ILogger logger, string owner, string subject, DateTimeOffset end);

    [LoggerMessage(1225, LogLevel.Warning, "Server certificates are not verified: an attacker on the network path can read and change calls. Remove SkipVerification (MICRO_TLS_INSECURE)", EventName = "VerificationSkipped")]
    public static partial void VerificationSkipped(this ILogger logger);

    [LoggerMessage(1226, LogLevel.Warning, "TLS handshake with {Remote} failed: {Reason} ({Unlogged} more since the last message)", EventName = "HandshakeFailed")]
    public static partial void HandshakeFailed(this ILogger logger, string? remote, string reason, long unlogged);

    [LoggerMessage(1227, LogLevel.Debug, "TLS handshake with {Remote} failed: {Reason}", EventName = "HandshakeEnded")]
    public static partial void HandshakeEnded(this ILogger logger, Exception? exception, string? remote, string reason);
}
