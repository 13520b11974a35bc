namespace Micro.Server.Handlers.Binding;

/// <summary>The kind of a handler method.</summary>
internal enum MethodKind
{
    /// <summary>One message in, one out.</summary>
    Unary,

    /// <summary>One message in, many out.</summary>
    ServerStream,

    /// <summary>Many messages in, one out.</summary>
    ClientStream,

    /// <summary>Many messages in and out, as sequences.</summary>
    BidirectionalStream,

    /// <summary>The method takes the stream itself.</summary>
    RawStream,
}
