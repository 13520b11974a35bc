namespace Micro.Registry.Mdns;

/// <summary>Counts of what was dropped and why; for diagnosis and tests.</summary>
internal sealed class MdnsStatistics
{
    private long _malformed;
    private long _offLink;
    private long _unasked;
    private long _skipped;
    private long _refused;
    private long _limited;
    private long _sourcesLeftOut;

    /// <summary>Packets that are no DNS messages or break a limit.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Packets from sources that are not on the link.</summary>
    public long OffLink => Interlocked.Read(ref _offLink);

    /// <summary>Records of services that nobody asked for.</summary>
    public long Unasked => Interlocked.Read(ref _unasked);

    /// <summary>Records that could not be decoded or break the rules.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>Records for which there was no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Questions that were not answered because they came too often.</summary>
    public long Limited => Interlocked.Read(ref _limited);

    /// <summary>Sources that were left out because they announced too many nodes of a service.</summary>
    public long SourcesLeftOut => Interlocked.Read(ref _sourcesLeftOut);

    public void CountMalformed() => Interlocked.Increment(ref _malformed);

    public void CountOffLink() => Interlocked.Increment(ref _offLink);

    public void CountUnasked() => Interlocked.Increment(ref _unasked);

    public void CountSkipped() => Interlocked.Increment(ref _skipped);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountLimited() => Interlocked.Increment(ref _limited);

    public void CountSourceLeftOut() => Interlocked.Increment(ref _sourcesLeftOut);
}
