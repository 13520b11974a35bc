using Google.Protobuf;
using Greeter;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc;

/// <summary>The memory of the messages of one call: created and decoded on both sides, in any protocol.</summary>
internal static class MessageMemory
{
    private const int Calls = 1000;

    public static long BytesPerCall()
    {
        var request = new Request { Name = EchoName.Value }.ToByteArray();
        var response = new Response { Msg = EchoName.Value }.ToByteArray();
        RoundTrip(request, response);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < Calls; call++)
        {
            RoundTrip(request, response);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static void RoundTrip(ReadOnlySpan<byte> request, ReadOnlySpan<byte> response)
    {
        GC.KeepAlive(new Request { Name = EchoName.Value });
        var received = Request.Parser.ParseFrom(request);
        GC.KeepAlive(new Response { Msg = received.Name });
        GC.KeepAlive(Response.Parser.ParseFrom(response));
    }
}
