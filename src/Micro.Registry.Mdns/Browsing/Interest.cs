namespace Micro.Registry.Mdns.Browsing;

/// <summary>A service that this process asks for; what nobody asked for is ignored. Guarded by the browser's lock.</summary>
internal sealed class Interest
{
    /// <summary>Watches of this service.</summary>
    public int Watches { get; set; }

    /// <summary>Lookups that run now.</summary>
    public int Lookups { get; set; }

    /// <summary>When it was asked for last.</summary>
    public long LastAsked { get; set; }

    /// <summary>When a question for it was sent last.</summary>
    public long LastQuery { get; set; }

    /// <summary>Gets or sets the time between the last question and the next one, while it is watched.</summary>
    public TimeSpan NextGap { get; set; }
}
