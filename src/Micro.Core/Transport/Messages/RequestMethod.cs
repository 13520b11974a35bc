namespace Micro.Transport.Messages;

/// <summary>The methods that a server distinguishes.</summary>
internal enum RequestMethod
{
    /// <summary>Any other method; also the value of every response.</summary>
    Other,

    /// <summary>POST: a call, or a message of a stream.</summary>
    Post,

    /// <summary>GET: answered for health only.</summary>
    Get,

    /// <summary>HEAD: answered as GET, without a body.</summary>
    Head,
}
