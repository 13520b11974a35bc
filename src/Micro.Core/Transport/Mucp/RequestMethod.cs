namespace Micro.Transport.Mucp;

/// <summary>What a request asks for, as far as a server tells them apart.</summary>
internal enum RequestMethod
{
    /// <summary>Neither of the others; also every response.</summary>
    Other,

    /// <summary>A call, or a message of a stream.</summary>
    Post,

    /// <summary>A question, answered about health only.</summary>
    Get,

    /// <summary>As <see cref="Get"/>, answered without a body.</summary>
    Head,
}
