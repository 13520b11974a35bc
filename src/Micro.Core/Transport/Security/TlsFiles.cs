namespace Micro.Transport.Security;

/// <summary>The content of the files of TLS options at one moment.</summary>
internal sealed record TlsFiles(byte[]? Certificate, byte[]? Key, byte[]? Authorities)
{
    /// <summary>Maximum size of a file; the largest bundles of authorities are a quarter of it.</summary>
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads all configured files; adds an error for a file that cannot be read.</summary>
    public static TlsFiles Read(string owner, TlsOptions options, ICollection<string> errors) => new(
        Read(owner, "certificate", options.CertificateFile, errors),
        Read(owner, "key", options.KeyFile, errors),
        Read(owner, "authorities", options.CaFile, errors));

    public bool Equals(TlsFiles? other) =>
        other is not null && Same(Certificate, other.Certificate) && Same(Key, other.Key) && Same(Authorities, other.Authorities);

    public override int GetHashCode() => HashCode.Combine(Certificate?.Length, Key?.Length, Authorities?.Length);

    private static byte[]? Read(string owner, string what, string? path, ICollection<string> errors)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            var length = new FileInfo(path).Length;
            if (length is > 0 and <= MaxBytes)
            {
                return File.ReadAllBytes(path);
            }

            errors.Add($"{owner} TLS {what} file '{path}': holds {length} bytes, must be 1 to {MaxBytes}");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add($"{owner} TLS {what} file '{path}': does not exist, correct the path or create it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add($"{owner} TLS {what} file '{path}': cannot be read, grant this process read access: {exception.Message}");
        }

        return null;
    }

    private static bool Same(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);
}
