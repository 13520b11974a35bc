using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>The trace context in the metadata of a call.</summary>
public sealed class TraceHeadersTests
{
    [Fact]
    public void Inject_MetadataPassedOn_IsReplacedInACopy()
    {
        using var span = Span();
        var metadata = new CallMetadata { ["Traceparent"] = "old", ["Tracestate"] = "old=1", ["Tenant"] = "a" };

        var injected = TraceHeaders.Inject(span, metadata)!;

        injected.Should().BeEquivalentTo([KeyValuePair.Create("traceparent", span.Id!), KeyValuePair.Create("Tenant", "a")]);
        metadata["Traceparent"].Should().Be("old");
    }

    [Fact]
    public void Inject_StateAndBaggage_Travel()
    {
        using var span = Span();
        span.TraceStateString = "congo=t61";
        span.AddBaggage("user", "größe 1");

        var injected = TraceHeaders.Inject(span, null)!;

        injected["tracestate"].Should().Be("congo=t61");
        injected["baggage"].Should().Contain("user").And.NotContain("ö", "it travels encoded");
    }

    [Fact]
    public void Inject_MoreThanFits_OmitsTheRest()
    {
        using var span = Span();
        span.AddBaggage("long", new string('x', HeaderRules.MaxMetadataBytes));

        TraceHeaders.Inject(span, new CallMetadata { ["Tenant"] = "a" })!.Select(pair => pair.Key).Should().Equal("Tenant", "traceparent");

        var full = new CallMetadata { ["Tenant"] = new string('x', HeaderRules.MaxMetadataBytes - 20) };
        TraceHeaders.Inject(span, full).Should().BeSameAs(full);
    }

    [Fact]
    public void Inject_NoSpan_ChangesNothing()
    {
        TraceHeaders.Inject(null, null).Should().BeNull();
        var metadata = new CallMetadata();
        TraceHeaders.Inject(null, metadata).Should().BeSameAs(metadata);
    }

    private static Activity Span() => new Activity("span").SetIdFormat(ActivityIdFormat.W3C).Start();
}
