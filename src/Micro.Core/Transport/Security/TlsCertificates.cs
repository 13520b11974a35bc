using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>
/// Certificate and trust of a server or client, kept up to date with their files. Reads the files again and compares the
/// bytes, because file system watches miss links that change to another directory. Safe for concurrent use.
/// </summary>
internal sealed class TlsCertificates : IDisposable
{
    private static readonly TimeSpan WarnsBefore = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarnsEvery = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly string _owner;
    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile TlsMaterial _current;
    private TlsFiles _seen;
    private string? _problem;
    private DateTimeOffset _warnedAt = DateTimeOffset.MinValue;

    /// <exception cref="ArgumentException">A file cannot be used; the message lists all errors.</exception>
    public TlsCertificates(string owner, TlsOptions options, TimeProvider time, ILogger logger)
    {
        _owner = owner;
        _options = options;
        _time = time;
        _logger = logger;
        var errors = new List<string>();
        _seen = TlsFiles.Read(owner, options, errors);
        _current = TlsMaterial.Load(owner, options, _seen, errors) is { } material && errors.Count == 0
            ? material
            : throw new ArgumentException(string.Join("; ", errors), nameof(options));
        WarnOfExpiry();
        _timer = time.CreateTimer(static certificates => ((TlsCertificates)certificates!).CheckFiles(), this, options.ReloadInterval, options.ReloadInterval);
    }

    /// <summary>Gets the material of new connections.</summary>
    public TlsMaterial Current => _current;

    /// <summary>Returns the certificate for a connection; <see langword="null"/> if there is none.</summary>
    public SslStreamCertificateContext? CertificateFor(string? serverName) =>
        _options.CertificateSelector is not { } selector ? _current.Certificate
        : selector(serverName) is { } chosen ? TlsMaterial.ContextOf(chosen)
        : null;

    public void Dispose() => _timer.Dispose();

    private void CheckFiles()
    {
        if (!_gate.TryEnter())
        {
            return; // a slow disk: the previous check has not ended
        }

        try
        {
            Reload();
            WarnOfExpiry();
        }
        catch (Exception exception)
        {
            _logger.CertificateWatchFailed(exception, _owner);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Reload()
    {
        var errors = new List<string>();
        var files = TlsFiles.Read(_owner, _options, errors);
        if (errors.Count == 0 && files.Equals(_seen))
        {
            return;
        }

        // Files may be replaced one by one; the next check sees the rest.
        if (TlsMaterial.Load(_owner, _options, files, errors) is { } material && errors.Count == 0)
        {
            _current = material;
            _seen = files;
            _problem = null;
            _warnedAt = DateTimeOffset.MinValue;
            _logger.CertificateReloaded(_owner, material.Certificate?.TargetCertificate.Subject, material.Certificate?.TargetCertificate.NotAfter);
            return;
        }

        var problem = string.Join("; ", errors);
        if (!string.Equals(problem, _problem, StringComparison.Ordinal))
        {
            _problem = problem;
            _logger.CertificateNotReloaded(_owner, problem);
        }
    }

    private void WarnOfExpiry()
    {
        var now = _time.GetUtcNow();
        if (_current.Certificate?.TargetCertificate is not { } certificate || now - _warnedAt < WarnsEvery)
        {
            return;
        }

        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        if (end <= now)
        {
            _warnedAt = now;
            _logger.CertificateExpired(_owner, certificate.Subject, end);
        }
        else if (end - now < WarnsBefore)
        {
            _warnedAt = now;
            _logger.CertificateExpires(_owner, certificate.Subject, end);
        }
    }
}
